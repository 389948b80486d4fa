import { constraints, profiles, services } from "./codes.js";
/** The code of a service. */
export type Service = (typeof services)[number];
/** The code of a constraint on a volume. */
export type Constraint = (typeof constraints)[number];
/** The unit in which a service counts a name's length. */
export type Unit = (typeof profiles)[number]["unit"];
/** A problem with an input. Its text is the message `FIELD.CODE` with the params filled in. */
export interface Issue {
    field: "name" | "projectId" | "volumeId" | "volume" | "volumes" | "service" | "facts" | "options";
    /** A stable code from the README's table. */
    code: string;
    params: Record<string, string | number>;
}
/** The options of all functions. */
export interface Options {
    /** The default is `evs-v2`. */
    service?: Service | undefined;
}
/** The validation result for a name. */
export interface NameReport {
    /** The name as the service stores it. Null if there is none, or if there are issues. */
    value: string | null;
    /** The length after trimming, in `unit`s. */
    length: number;
    /** The maximum length, in `unit`s. */
    limit: number;
    unit: Unit;
    required: boolean;
    issues: Issue[];
}
/** The volumes of a list response, and the constraints that they violate. */
export interface ScreenReport {
    /** The number of volumes that were read. They are in the list's order. */
    count: number;
    /** For each volume, the violated constraints: bit n stands for `constraints[n]`. */
    violated: Uint16Array;
    /** For each volume, the constraints that its record doesn't decide. */
    unknown: Uint16Array;
    /**
     * The byte ranges in the response: the n-th volume is from `rows[2 * n]` to `rows[2 * n + 1]`.
     * `JSON.parse` throws on a row in which the service wrote `NaN`.
     */
    rows: Uint32Array;
    /** Returns the ID of the n-th volume. */
    id(n: number): string;
    /** The number of rows that couldn't be read. The fields above don't include them. */
    unreadable: number;
    /** Whether the service has another page. */
    more: boolean;
    issues: Issue[];
}
/** A stream of bytes, such as `response.body`. */
export interface ByteStream {
    getReader(): {
        read(): Promise<{
            done: boolean;
            value?: Uint8Array | undefined;
        }>;
    };
}
/** The input of a create request. */
export interface CreateInput extends Options {
    projectId: string;
    volumeId: string;
    /** The text of the name field. Empty, null and undefined mean no name. */
    name?: string | null | undefined;
}
/** A create request, for you to send. */
export interface CreateRequest {
    method: "POST";
    /** The path to append to the endpoint. */
    path: string;
    /** All headers except `X-Auth-Token`, which you add. */
    headers: Record<string, string>;
    body: string;
}
/** A create request, or the issues with its input. */
export interface RequestReport {
    /** Null if there are issues. */
    request: CreateRequest | null;
    issues: Issue[];
}
/** Stands for a missing index, position or error. */
export declare const NONE = -1;
/** Sets the module. Both entries use the first one that starts. */
export declare function setModule(exports: unknown): void;
/** Creates the error for calls before `init()`. */
export declare function notReady(): Error;
/** Reads a property, without throwing. */
export declare function read(of: unknown, key: string): unknown;
/** Adds an issue. */
export declare function addIssue(issues: Issue[], field: Issue["field"], code: string, params?: Issue["params"]): void;
/** Reports an unknown option, because it is probably misspelled. */
export declare function checkKeys(options: unknown, known: string[], issues: Issue[]): void;
/** Returns the service's index, and checks the names of all options. */
export declare function serviceOf(options: unknown, issues: Issue[], ...known: string[]): number;
/** Validates a transfer's name as the service does. */
export declare function validateTransferName(name: string, options?: Options): NameReport;
/** Returns the flags of a record with a single text field. `index` is one of `flagFields`. */
export declare function flagsOfText(index: number, text: string): number;
/** Evaluates a record by its flags. Returns its mask. */
export declare const evaluateFlags: (service: number, facts: number, flags: number) => number;
/** Reads a list in one or more parts. */
export declare class ListReader {
    #private;
    readonly service: number;
    readonly facts: number;
    /** The verdict on the last volume. */
    verdict: number;
    /** The flags of the last volume. */
    flags: number;
    constructor(service: number, facts: number);
    /** Reads a part of any length. */
    push(part: Uint8Array, last: boolean): void;
    /** Returns the report, after the last part. */
    report(issues: Issue[]): ScreenReport;
}
/** Checks all volumes of a list response of any length, from its text or bytes. */
export declare function screenVolumes(response: string | ArrayBuffer | ArrayBufferView, options?: Options): ScreenReport;
/** Checks all volumes of a response that is still arriving, such as `response.body`, without storing it. */
export declare function screenStream(response: ByteStream, options?: Options): Promise<ScreenReport>;
/** Returns a body's bytes, or null if it is neither text nor bytes. */
export declare function bytesOf(body: unknown): Uint8Array | null;
/**
 * Creates a request. `volumeId` is undefined if it is in the input, and null if the input's volume
 * is invalid.
 */
export declare function createRequest(input: unknown, service: number, volumeId: string | null | undefined, issues: Issue[]): RequestReport;
/** Creates the request for a new transfer, or reports issues with the input. */
export declare function createTransferRequest(input: CreateInput): RequestReport;
