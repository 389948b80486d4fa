import { type Issue, type Options } from "./calls.js";
import type { constraints } from "./codes.js";
/** The code of a constraint on a volume. */
export type Constraint = (typeof constraints)[number];
/** The volumes in a list response, and the constraints that they violate. */
export interface ScreenReport {
    /** The number of volumes that were read. They are in the list's order. */
    count: number;
    /** For each volume, the violated constraints: bit n stands for `constraints[n]`. */
    violated: Uint16Array;
    /** For each volume, the constraints that can't be checked from its record. */
    unknown: Uint16Array;
    /**
     * The volumes' byte ranges in the response: the nth one is `rows[2 * n]` to `rows[2 * n + 1]`.
     * `JSON.parse` throws on a row in which the service wrote `NaN`.
     */
    rows: Uint32Array;
    /** Returns the ID of the nth volume. */
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
/** Checks all volumes in a list response of any length, given as text or bytes. */
export declare function screenVolumes(response: string | ArrayBuffer | ArrayBufferView, options?: Options): ScreenReport;
/** Checks all volumes in a list response as it arrives, for example from `response.body`, without storing it. */
export declare function screenStream(response: ByteStream, options?: Options): Promise<ScreenReport>;
/** Returns a body's bytes, or null if it is neither text nor bytes. */
export declare function bytesOf(body: unknown): Uint8Array | null;
