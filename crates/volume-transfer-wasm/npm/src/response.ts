// Decodes the response to a create request. The wasm module does the decoding; this file converts
// the forms that a response can take in JavaScript.

import { lostCodes, type faultCodes, type unknownCodes } from "./codes.js";
import { notReady, read, setModule } from "./calls.js";
import { bytesOf } from "./lists.js";
import * as glue from "../build/volume-transfer/glue.js";

/** `Headers`. TypeScript considers it iterable only with the `dom.iterable` library. */
interface HeadersLike {
  forEach(callback: (value: string, name: string) => void): void;
}

/** A response as `fetch` returns it, or the reason why there is none. */
export type CreateResponse =
  | {
      status: number;
      headers?: HeadersLike | Iterable<readonly [string, string]> | Record<string, string> | undefined;
      /** The unparsed body, as text or bytes. */
      body?: string | ArrayBuffer | ArrayBufferView | null | undefined;
      /** The ID of the volume in the request, to detect a response about another volume. */
      volumeId?: string | undefined;
    }
  | { lost: (typeof lostCodes)[number] };

/** A transfer's record. */
export interface TransferRecord {
  id: string;
  name: string | null;
  volumeId: string;
  /** In UTC, as `YYYY-MM-DDTHH:MM:SS.ffffff` without a zone, whatever format the service used. */
  createdAt: string | null;
  /** Text from the server. Don't follow these links without checking them. */
  links: { href: string; rel: string }[];
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

let started = false;

/**
 * Starts the full module.
 *
 * @internal
 */
export async function start(module: WebAssembly.Module): Promise<void> {
  if (started) return;
  setModule(await glue.default({ module_or_path: module }));
  started = true;
}

/** Decodes the response to a create request, or the reason why there is none. */
export function readCreateResponse(response: CreateResponse): CreateOutcome {
  if (!started) throw notReady();
  const lost = lostCodes.indexOf(read(response, "lost") as (typeof lostCodes)[number]);
  if (lost >= 0) return outcome(glue.decode_lost(lost));
  const status = read(response, "status");
  const body = read(response, "body");
  const bytes = body == null ? new Uint8Array() : bytesOf(body);
  const isStatus = Number.isInteger(status) && (status as number) >= 0 && (status as number) < 1000;
  if (!isStatus || bytes === null) {
    // Even so, a transfer may have been created.
    return outcome({ outcome: "outcomeUnknown", code: "malformed", fault: null });
  }
  const headers = headersOf(read(response, "headers"));
  return outcome(glue.decode_response(status as number, headers, bytes, read(response, "volumeId")));
}

/** Adds the field and the params. */
function outcome(decoded: Pick<CreateOutcome, "outcome" | "code"> & { fault?: Fault | null }): CreateOutcome {
  const params = decoded.fault ? { status: decoded.fault.status } : {};
  return { ...decoded, field: "response", params } as CreateOutcome;
}

/**
 * Returns alternating names and values. Never throws, because unreadable headers must not cause the key
 * to be lost.
 */
function headersOf(headers: unknown): string[] {
  const texts: string[] = [];
  try {
    const pairs = headers == null || Symbol.iterator in (headers as object) ? headers : Object.entries(headers);
    for (const [name, value] of (pairs ?? []) as Iterable<[unknown, unknown]>) {
      if (typeof name === "string" && typeof value === "string") texts.push(name, value);
      // No server sends this many, so this may be an endless iterator.
      if (texts.length > 1000) break;
    }
  } catch {
    // Keeps the headers that have been read so far.
  }
  return texts;
}
