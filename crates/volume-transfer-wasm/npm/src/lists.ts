// The functions for lists, which all entry points but `form` export. They pass lists to the wasm module
// in chunks.

import { NONE, addIssue, decode, instance, serviceOf, type Issue, type Options } from "./calls.js";
import type { constraints } from "./codes.js";
import { encode } from "./text.js";

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
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
}

let numbers: Int32Array;
let input: Uint8Array;
let ids: Uint8Array;
let masks: Uint32Array;
let ranges: Uint32Array;
/** The state of the module's list reader. */
let state: Uint8Array;

/** Returns the module's exports, and recreates the views if memory has grown. */
function listInstance(): ReturnType<typeof instance> {
  const wasm = instance();
  const { buffer } = wasm.memory;
  if (numbers?.buffer !== buffer) {
    numbers = new Int32Array(buffer, wasm.list_buffers(), 8);
    const [atInput, maxInput, atIds, atMasks, atRanges, atState, stateSize] = numbers as unknown as number[];
    input = new Uint8Array(buffer, atInput, maxInput);
    ids = new Uint8Array(buffer, atIds);
    masks = new Uint32Array(buffer, atMasks);
    ranges = new Uint32Array(buffer, atRanges);
    state = new Uint8Array(buffer, atState, stateSize);
  }
  return wasm;
}

/** Reads a list in one or more parts. */
export class ListReader {
  #results: { from: number; ids: Uint8Array; masks: Uint32Array; ranges: Uint32Array }[] = [];
  #count = 0;
  #started = false;
  /** The module's state between two parts, saved because another list may be read in the meantime. */
  #saved: Uint8Array | undefined;
  /** The verdict on the last volume. */
  verdict = NONE;
  /** The flags of the last volume. */
  flags = 0;

  constructor(readonly service: number, readonly facts: number) {}

  /** Reads a part of any length. */
  push(part: Uint8Array, last: boolean): void {
    const wasm = listInstance();
    if (this.#saved) state.set(this.#saved);
    let from = 0;
    do {
      const chunk = part.subarray(from, from + input.length);
      input.set(chunk);
      from += chunk.length;
      const end = last && from === part.length;
      wasm.read_list(this.service, this.facts, chunk.length, (this.#started ? 0 : 1) + (end ? 2 : 0));
      this.#started = true;
      const count = numbers[0]!;
      if (!count) continue;
      this.verdict = numbers[1]!;
      this.flags = numbers[2]!;
      this.#results.push({
        from: this.#count,
        ids: ids.slice(0, 36 * count),
        masks: masks.slice(0, count),
        ranges: ranges.slice(0, 2 * count),
      });
      this.#count += count;
    } while (from < part.length);
    this.#saved = last ? undefined : state.slice();
  }

  /** Returns the report, after the last part. */
  report(issues: Issue[]): ScreenReport {
    const unreadable = numbers[3]!;
    const more = numbers[4] === 1;
    const position = numbers[5]!;
    if (position !== NONE) addIssue(issues, "volumes", "malformed", { position });
    const count = issues.length ? 0 : this.#count;
    const results = count ? this.#results : [];
    const [violated, unknown, all] = [new Uint16Array(count), new Uint16Array(count), new Uint32Array(2 * count)];
    for (const { from, masks, ranges } of results) {
      all.set(ranges, 2 * from);
      for (let at = 0; at < masks.length; at++) {
        violated[from + at] = masks[at]!;
        unknown[from + at] = masks[at]! >>> 16;
      }
    }
    const id = (n: number) => {
      let found = results[0];
      for (const next of results) if (next.from <= n) found = next;
      return found ? decode(found.ids.subarray(36 * (n - found.from), 36 * (n - found.from + 1))) : "";
    };
    return { count, violated, unknown, rows: all, id, unreadable, more, issues };
  }
}

/** Checks all volumes in a list response of any length, given as text or bytes. */
export function screenVolumes(response: string | ArrayBuffer | ArrayBufferView, options?: Options): ScreenReport {
  const issues: Issue[] = [];
  const list = new ListReader(serviceOf(options, issues), 0);
  list.push(bytesOf(response) ?? new Uint8Array(), true);
  return list.report(issues);
}

/** Checks all volumes in a list response as it arrives, for example from `response.body`, without storing it. */
export async function screenStream(response: ByteStream, options?: Options): Promise<ScreenReport> {
  const issues: Issue[] = [];
  const list = new ListReader(serviceOf(options, issues), 0);
  const stream = response.getReader();
  for (;;) {
    const { done, value } = await stream.read();
    list.push(value ?? new Uint8Array(), done);
    if (done) return list.report(issues);
  }
}

/** Returns a body's bytes, or null if it is neither text nor bytes. */
export function bytesOf(body: unknown): Uint8Array | null {
  if (typeof body === "string") return encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  try {
    return body instanceof ArrayBuffer ? new Uint8Array(body) : null;
  } catch {
    // A proxy can throw when its prototype is read.
    return null;
  }
}
