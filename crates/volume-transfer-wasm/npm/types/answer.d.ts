import { lostCodes, type faultCodes, type unknownCodes } from "./codes.js";
/** `Headers`, which TypeScript finds iterable only with a library of its own. */
interface HeadersLike {
    forEach(callback: (value: string, name: string) => void): void;
}
/** An answer as `fetch` brings it, or the word that none came. */
export type Answer = {
    status: number;
    headers?: HeadersLike | Iterable<readonly [string, string]> | Record<string, string> | undefined;
    /** As it came: text or bytes, not parsed. */
    body?: string | ArrayBuffer | ArrayBufferView | null | undefined;
    /** The volume that was asked for: an answer about another one is then told from the right one. */
    volumeId?: string | undefined;
} | {
    lost: (typeof lostCodes)[number];
};
export interface TransferRecord {
    id: string;
    name: string | null;
    volumeId: string;
    /** UTC as `YYYY-MM-DDTHH:MM:SS.ffffff`, without a zone, whichever form the service wrote. */
    createdAt: string | null;
    /** The server's text: never to be followed unseen. */
    links: {
        href: string;
        rel: string;
    }[];
}
/** What the other side needs. The key is said this once: keep it out of logs, URLs and storage. */
export interface Handover {
    transferId: string;
    authKey: string;
}
/** A refusal in the server's own words, none of which is to be trusted as markup. */
export interface Fault {
    status: number;
    code: string | null;
    message: string | null;
    requestId: string | null;
    /** Seconds or a date, as it came. */
    retryAfter: string | null;
}
interface Explained<Code extends string> {
    field: "response";
    code: Code;
    params: Record<string, string | number>;
}
export interface Created extends Explained<"created"> {
    outcome: "created";
    record: TransferRecord;
    handover: Handover;
}
/** The server said no. Nothing happened: mend it and post again. */
export interface Rejected extends Explained<(typeof faultCodes)[number]> {
    outcome: "rejected";
    fault: Fault;
}
/**
 * A transfer may exist, and its key be lost. **Never post again blindly**: list the transfers and
 * look for the volume.
 */
export interface OutcomeUnknown extends Explained<(typeof unknownCodes)[number] | "malformed"> {
    outcome: "outcomeUnknown";
    /** What support can trace it by; null if no answer came. */
    fault: Fault | null;
}
export type CreateOutcome = Created | Rejected | OutcomeUnknown;
/** Reads the answer to a create request, or that none came. */
export declare function readCreateResponse(answer: Answer): CreateOutcome;
export {};
