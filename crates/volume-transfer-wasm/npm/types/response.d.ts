import { lostCodes, type faultCodes, type unknownCodes } from "./codes.js";
/** `Headers`. TypeScript considers it iterable only with the `dom.iterable` library. */
interface HeadersLike {
    forEach(callback: (value: string, name: string) => void): void;
}
/** A response as `fetch` returns it, or the reason why there is none. */
export type CreateResponse = {
    status: number;
    headers?: HeadersLike | Iterable<readonly [string, string]> | Record<string, string> | undefined;
    /** The unparsed body, as text or bytes. */
    body?: string | ArrayBuffer | ArrayBufferView | null | undefined;
    /** The ID of the volume in the request, to detect a response about another volume. */
    volumeId?: string | undefined;
} | {
    lost: (typeof lostCodes)[number];
};
/** A transfer's record. */
export interface TransferRecord {
    id: string;
    name: string | null;
    volumeId: string;
    /** In UTC, as `YYYY-MM-DDTHH:MM:SS.ffffff` without a zone, whatever format the service used. */
    createdAt: string | null;
    /** Text from the server. Don't follow these links without checking them. */
    links: {
        href: string;
        rel: string;
    }[];
}
/**
 * The transfer's ID and key, which the recipient needs. The service returns the key only once. Keep
 * it out of logs, URLs and storage.
 */
export interface Handover {
    transferId: string;
    authKey: string;
}
/** An error as the server reported it. Never insert its text as HTML. */
export interface Fault {
    status: number;
    code: string | null;
    message: string | null;
    requestId: string | null;
    /** The value of the `Retry-After` header: seconds or a date. */
    retryAfter: string | null;
}
interface Outcome<Code extends string> {
    field: "response";
    code: Code;
    params: Record<string, string | number>;
}
/** The transfer was created. */
export interface Created extends Outcome<"created"> {
    outcome: "created";
    record: TransferRecord;
    handover: Handover;
}
/** The server rejected the request. Nothing was created: fix the cause and send it again. */
export interface Rejected extends Outcome<(typeof faultCodes)[number]> {
    outcome: "rejected";
    fault: Fault;
}
/**
 * A transfer may exist, and its key may be lost. **Don't just send the request again**: list the
 * transfers first and look for the volume.
 */
export interface OutcomeUnknown extends Outcome<(typeof unknownCodes)[number] | "malformed"> {
    outcome: "outcomeUnknown";
    /** The server's error, which helps support trace the request. Null if there was no response. */
    fault: Fault | null;
}
/** The outcome of a create request. Each kind requires a different next step. */
export type CreateOutcome = Created | Rejected | OutcomeUnknown;
/** Decodes the response to a create request, or the reason why there is none. */
export declare function readCreateResponse(response: CreateResponse): CreateOutcome;
export {};
