import { constraints, profiles, services } from "./codes.js";
export type Service = (typeof services)[number];
export type Constraint = (typeof constraints)[number];
export type Unit = (typeof profiles)[number]["unit"];
/** Something that is wrong. Its sentence is the message `FIELD.CODE`, with the params filled in. */
export interface Issue {
    field: "name" | "projectId" | "volumeId" | "volume" | "volumes" | "service" | "facts" | "options";
    /** Stable: see the table of codes in the README. */
    code: string;
    params: Record<string, string | number>;
}
export interface Options {
    /** The default is `evs-v2`. */
    service?: Service | undefined;
}
export interface NameReport {
    /** The name as the service stores it; null for none, and if there are issues. */
    value: string | null;
    /** The length as the service counts it: after trimming, in `unit`s. */
    length: number;
    limit: number;
    unit: Unit;
    required: boolean;
    issues: Issue[];
}
export interface ScreenReport {
    /** How many volumes were read. All below has one for each, in the list's order. */
    count: number;
    /** The violated constraints: bit n stands for `constraints[n]`. */
    violated: Uint16Array;
    /** And those of which the list says nothing. */
    unknown: Uint16Array;
    /**
     * Where in the response each stands, in bytes: the n-th from `rows[2 * n]` to `rows[2 * n + 1]`.
     * `JSON.parse` throws on a row in which the service wrote `NaN`.
     */
    rows: Uint32Array;
    /** The id of the n-th volume. */
    id(n: number): string;
    /** How many rows could not be read. They are missing above. */
    unreadable: number;
    /** Whether the service has another page. */
    more: boolean;
    issues: Issue[];
}
/** A stream of bytes, as `response.body` is. */
export interface ByteStream {
    getReader(): {
        read(): Promise<{
            done: boolean;
            value?: Uint8Array | undefined;
        }>;
    };
}
export interface CreateInput extends Options {
    projectId: string;
    volumeId: string;
    /** The field's text; empty, null and undefined mean no name. */
    name?: string | null | undefined;
}
export interface CreateRequest {
    method: "POST";
    /** Goes behind the endpoint. */
    path: string;
    /** All but `X-Auth-Token`, which is yours to add. */
    headers: Record<string, string>;
    body: string;
}
export interface RequestReport {
    /** Null if there are issues. */
    request: CreateRequest | null;
    issues: Issue[];
}
/** No place in a list. */
export declare const NONE = -1;
/** Whichever module is there first serves both entries. */
export declare function open(exports: unknown): void;
export declare function notReady(): Error;
export declare function read(of: unknown, key: string): unknown;
export declare function flaw(issues: Issue[], field: Issue["field"], code: string, params?: Issue["params"]): void;
/** Reports a key that is no option, because it is most likely misspelt. */
export declare function checkKeys(options: unknown, known: string[], issues: Issue[]): void;
/** Reads the service, and checks the keys beside it. */
export declare function serviceOf(options: unknown, issues: Issue[], ...known: string[]): number;
/** Validates a transfer's name as the service does. */
export declare function validateTransferName(name: string, options?: Options): NameReport;
/** What a text says to the rules as the value of one of `signs`. */
export declare function signOf(sign: number, text: string): number;
/** What the rules say of signs. */
export declare const judgeSigns: (service: number, facts: number, signs: number) => number;
/** A list that is being read, whole or in parts. */
export declare class Screening {
    #private;
    readonly service: number;
    readonly facts: number;
    /** The verdict on the last volume, and its signs. */
    verdict: number;
    signs: number;
    constructor(service: number, facts: number);
    /** Reads a part of any length, and the last one says so. */
    push(part: Uint8Array, last: boolean): void;
    /** What there is to say after the last part. */
    report(issues: Issue[]): ScreenReport;
}
/** Judges all volumes of a list response, whatever its length, by its text or bytes. */
export declare function screenVolumes(response: string | ArrayBuffer | ArrayBufferView, options?: Options): ScreenReport;
/** The same of a response that is still coming, as `response.body` is; nothing of it is kept. */
export declare function screenStream(response: ByteStream, options?: Options): Promise<ScreenReport>;
/** A body's bytes; null of what is neither bytes nor text. */
export declare function bytesOf(body: unknown): Uint8Array | null;
/** The volume's id is in the input unless it was read already; null is that of no volume. */
export declare function request(input: unknown, service: number, volumeId: string | null | undefined, issues: Issue[]): RequestReport;
/** Builds the request that creates a transfer, or says what is wrong. */
export declare function createTransferRequest(input: CreateInput): RequestReport;
