// What a service answered to a create request. The wasm module decodes it; this hands over what
// JavaScript has in many shapes.

import { lostCodes, type faultCodes, type unknownCodes } from "./codes.js";
import { bytesOf, notReady, open, read } from "./calls.js";
import * as glue from "../build/volume-transfer/glue.js";

/** `Headers`, which TypeScript finds iterable only with a library of its own. */
interface HeadersLike {
  forEach(callback: (value: string, name: string) => void): void;
}

/** An answer as `fetch` brings it, or the word that none came. */
export type Answer =
  | {
      status: number;
      headers?: HeadersLike | Iterable<readonly [string, string]> | Record<string, string> | undefined;
      /** As it came: text or bytes, not parsed. */
      body?: string | ArrayBuffer | ArrayBufferView | null | undefined;
      /** The volume that was asked for: an answer about another one is then told from the right one. */
      volumeId?: string | undefined;
    }
  | { lost: (typeof lostCodes)[number] };

export interface TransferRecord {
  id: string;
  name: string | null;
  volumeId: string;
  /** UTC as `YYYY-MM-DDTHH:MM:SS.ffffff`, without a zone, whichever form the service wrote. */
  createdAt: string | null;
  /** The server's text: never to be followed unseen. */
  links: { href: string; rel: string }[];
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

let started = false;

/**
 * Starts the full module.
 *
 * @internal
 */
export async function start(module: WebAssembly.Module): Promise<void> {
  if (started) return;
  open(await glue.default({ module_or_path: module }));
  started = true;
}

/** Reads the answer to a create request, or that none came. */
export function readCreateResponse(answer: Answer): CreateOutcome {
  if (!started) throw notReady();
  const lost = lostCodes.indexOf(read(answer, "lost") as (typeof lostCodes)[number]);
  if (lost >= 0) return told(glue.read_no_answer(lost));
  const status = read(answer, "status");
  const body = read(answer, "body");
  const bytes = body == null ? new Uint8Array() : bytesOf(body);
  const isStatus = Number.isInteger(status) && (status as number) >= 0 && (status as number) < 1000;
  if (!isStatus || bytes === null) {
    // Whatever it was, a transfer may have been made.
    return told({ outcome: "outcomeUnknown", code: "malformed", fault: null });
  }
  const headers = headersOf(read(answer, "headers"));
  return told(glue.read_answer(status as number, headers, bytes, read(answer, "volumeId")));
}

function told(outcome: Pick<CreateOutcome, "outcome" | "code"> & { fault?: Fault | null }): CreateOutcome {
  const params = outcome.fault ? { status: outcome.fault.status } : {};
  return { ...outcome, field: "response", params } as CreateOutcome;
}

/** Names and values by turns. No key is to be lost over headers that can't be read. */
function headersOf(headers: unknown): string[] {
  const texts: string[] = [];
  try {
    const pairs = headers == null || Symbol.iterator in (headers as object) ? headers : Object.entries(headers);
    for (const [name, value] of (pairs ?? []) as Iterable<[unknown, unknown]>) {
      if (typeof name === "string" && typeof value === "string") texts.push(name, value);
      // More than any server sends: something that has no end.
      if (texts.length > 1000) break;
    }
  } catch {
    // What was read until here is there.
  }
  return texts;
}
