import { profiles, services } from "./codes.js";
/** The code of a service. */
export type Service = (typeof services)[number];
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
/** The input for a create request. */
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
/** The keys of `CreateInput`. */
export declare const CREATE_KEYS: readonly string[];
/** Sets the module. If an entry point starts two modules, it uses the first one. */
export declare function setModule(exports: unknown): void;
/** Returns whether the module has started. */
export declare const isReady: () => boolean;
/** Creates the error for calls before `init()`. */
export declare function notReady(): Error;
/** Reads a property, without throwing. */
export declare function read(of: unknown, key: string): unknown;
/** Adds an issue. */
export declare function addIssue(issues: Issue[], field: Issue["field"], code: string, params?: Issue["params"]): void;
/** Reports an unknown option, because it is probably misspelled. */
export declare function checkKeys(options: unknown, known: readonly string[], issues: Issue[]): void;
/** Returns the service's index, and reports the first option that isn't in `known`. */
export declare function serviceOf(options: unknown, issues: Issue[], known?: readonly string[]): number;
/**
 * Writes a string to the text buffer, from a position in the string up to the buffer's capacity.
 * Returns the number of code units.
 */
export declare function writeUnits(text: string, from: number): number;
/** Converts an ID to text. IDs are ASCII. */
export declare const decode: (bytes: Uint8Array) => string;
/** Validates a transfer's name as the service does. */
export declare function validateTransferName(name: string, options?: Options): NameReport;
/**
 * Creates a request. If `volumeId` is undefined, it is read from the input. Null means that the
 * input's volume is invalid.
 */
export declare function createRequest(input: unknown, service: number, volumeId: string | null | undefined, issues: Issue[]): RequestReport;
/** Creates the request for a new transfer, or reports issues with the input. */
export declare function createTransferRequest(input: CreateInput): RequestReport;
