// What both entries have: names, requests and lists. Converts, calls the wasm module, converts back;
// every rule is in there, and what travels as a number is told in `codes.ts`.

import {
  constraints,
  create,
  idCodes,
  nameCodes,
  profiles,
  services,
} from "./codes.js";
import { encode } from "./text.js";

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
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
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

/** The exports of both modules; `src/door.rs` says what they do. */
interface Exports {
  memory: WebAssembly.Memory;
  places(): number;
  name(service: number, units: number, part: number): void;
  id(ofVolume: boolean, units: number): void;
  sign(place: number, units: number): number;
  judge(service: number, facts: number, signs: number): number;
  list(): number;
  screen(service: number, facts: number, bytes: number, part: number): void;
}

/** No place in a list. */
export const NONE = -1;
/** What a property is that throws when it is looked at: nothing that is wanted anywhere. */
const UNREADABLE = Symbol();

let wasm: Exports | undefined;
let numbers: Int32Array;
let units: Uint16Array;
let bytes: Uint8Array;
let ids: Uint8Array;
let masks: Uint32Array;
let rows: Uint32Array;
/** A list that is being read, as the module keeps it. */
let list: Uint8Array;

/** Whichever module is there first serves both entries. */
export function open(exports: unknown): void {
  wasm ??= exports as Exports;
}

/**
 * Starts the light module.
 *
 * @internal
 */
export async function startLight(module: WebAssembly.Module): Promise<void> {
  open((await WebAssembly.instantiate(module)).exports);
}

export function notReady(): Error {
  const error = new Error("volume-transfer is not ready: await init() first");
  return Object.assign(error, { code: "not_initialised" });
}

function door(): Exports {
  if (!wasm) throw notReady();
  // A memory that has grown leaves views of what it was.
  const { buffer } = wasm.memory;
  if (numbers?.buffer !== buffer) {
    numbers = new Int32Array(buffer, wasm.places(), 8);
    const [atUnits, roomUnits, atBytes, roomBytes, atIds, atMasks, atRows] = numbers as unknown as number[];
    units = new Uint16Array(buffer, atUnits, roomUnits);
    bytes = new Uint8Array(buffer, atBytes, roomBytes);
    ids = new Uint8Array(buffer, atIds);
    masks = new Uint32Array(buffer, atMasks);
    rows = new Uint32Array(buffer, atRows);
    list = new Uint8Array(buffer, wasm.list(), numbers[0]);
  }
  return wasm;
}

export function read(of: unknown, key: string): unknown {
  try {
    return (of as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return UNREADABLE;
  }
}

export function flaw(issues: Issue[], field: Issue["field"], code: string, params: Issue["params"] = {}): void {
  issues.push({ field, code, params });
}

/** A text; what is none is an issue, and nothing is the empty one. */
function textOf(value: unknown, field: Issue["field"], issues: Issue[]): string {
  if (typeof value === "string") return value;
  if (value != null) flaw(issues, field, "not_a_string");
  return "";
}

/** Reports a key that is no option, because it is most likely misspelt. */
export function checkKeys(options: unknown, known: string[], issues: Issue[]): void {
  try {
    for (const key in typeof options === "object" ? options : {}) {
      if (!known.includes(key)) return flaw(issues, "options", "unknown", { key });
    }
  } catch {
    // A proxy may throw at being asked what it has.
  }
}

/** Reads the service, and checks the keys beside it. */
export function serviceOf(options: unknown, issues: Issue[], ...known: string[]): number {
  checkKeys(options, ["service", ...known], issues);
  const code = read(options, "service");
  const place = code == null ? 0 : services.indexOf(code as Service);
  if (place >= 0) return place;
  flaw(issues, "service", "unknown");
  return 0;
}

/** Writes a text from a place on, as much of it as there is room for; and how much that is. */
function put(text: string, from: number): number {
  const length = Math.min(text.length - from, units.length);
  for (let at = 0; at < length; at++) units[at] = text.charCodeAt(from + at);
  return length;
}

/** Whether a part is the first one (1), the last one (2), or both (3). */
const partOf = (whole: ArrayLike<unknown>, from: number, to: number): number =>
  (from ? 0 : 1) + (to < whole.length ? 0 : 2);

/** IDs are ASCII. */
const decode = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** An id as it goes into a request. */
function idOf(text: string, field: "projectId" | "volumeId", issues: Issue[]): string {
  const { id } = door();
  put(text, 0);
  // All of the length: what there was no room for is too long for an id.
  id(field === "volumeId", text.length);
  const error = numbers[0]!;
  if (error !== NONE) flaw(issues, field, idCodes[error]!);
  return numbers[2] ? text : decode(ids.subarray(0, numbers[1]));
}

function nameOf(text: string, service: number, issues: Issue[]): NameReport {
  const wasm = door();
  let from = 0;
  do {
    const length = put(text, from);
    wasm.name(service, length, partOf(text, from, (from += length)));
  } while (from < text.length);
  // One by one: taking an array apart by its iterator takes longer than all the rest.
  const error = numbers[0]!;
  const position = numbers[1]!;
  const length = numbers[2]!;
  const start = numbers[3]!;
  const end = numbers[4]!;
  const { limit, unit, required } = profiles[service]!;
  if (error !== NONE) {
    flaw(issues, "name", nameCodes[error]!, position === NONE ? { length, limit, unit } : { position });
  }
  const value = issues.length || start === end ? null : text.slice(start, end);
  return { value, length, limit, unit, required, issues };
}

/** Validates a transfer's name as the service does. */
export function validateTransferName(name: string, options?: Options): NameReport {
  const issues: Issue[] = [];
  const service = serviceOf(options, issues);
  const text = textOf(name ?? UNREADABLE, "name", issues);
  return nameOf(text, service, issues);
}

/** What a text says to the rules as the value of one of `signs`. */
export function signOf(sign: number, text: string): number {
  const { sign: read } = door();
  return read(sign, put(text, 0));
}

/** What the rules say of signs. */
export const judgeSigns = (service: number, facts: number, signs: number): number =>
  door().judge(service, facts, signs);

/** A list that is being read, whole or in parts. */
export class Screening {
  #parts: { from: number; ids: Uint8Array; masks: Uint32Array; rows: Uint32Array }[] = [];
  #count = 0;
  #begun = false;
  /** What the module kept of it when another list may have come between. */
  #kept: Uint8Array | undefined;
  /** The verdict on the last volume, and its signs. */
  verdict = NONE;
  signs = 0;

  constructor(readonly service: number, readonly facts: number) {}

  /** Reads a part of any length, and the last one says so. */
  push(part: Uint8Array, last: boolean): void {
    const wasm = door();
    if (this.#kept) list.set(this.#kept);
    let from = 0;
    do {
      const some = part.subarray(from, from + bytes.length);
      bytes.set(some);
      from += some.length;
      const end = last && from === part.length;
      wasm.screen(this.service, this.facts, some.length, (this.#begun ? 0 : 1) + (end ? 2 : 0));
      this.#begun = true;
      const count = numbers[0]!;
      if (!count) continue;
      this.verdict = numbers[1]!;
      this.signs = numbers[2]!;
      this.#parts.push({
        from: this.#count,
        ids: ids.slice(0, 36 * count),
        masks: masks.slice(0, count),
        rows: rows.slice(0, 2 * count),
      });
      this.#count += count;
    } while (from < part.length);
    this.#kept = last ? undefined : list.slice();
  }

  /** What there is to say after the last part. */
  report(issues: Issue[]): ScreenReport {
    const unreadable = numbers[3]!;
    const more = numbers[4] === 1;
    const malformed = numbers[5]!;
    if (malformed !== NONE) flaw(issues, "volumes", "malformed", { position: malformed });
    const count = issues.length ? 0 : this.#count;
    const parts = count ? this.#parts : [];
    const [violated, unknown, all] = [new Uint16Array(count), new Uint16Array(count), new Uint32Array(2 * count)];
    for (const { from, masks, rows } of parts) {
      all.set(rows, 2 * from);
      for (let at = 0; at < masks.length; at++) {
        violated[from + at] = masks[at]!;
        unknown[from + at] = masks[at]! >>> 16;
      }
    }
    const id = (n: number) => {
      let part = parts[0];
      for (const next of parts) if (next.from <= n) part = next;
      return part ? decode(part.ids.subarray(36 * (n - part.from), 36 * (n - part.from + 1))) : "";
    };
    return { count, violated, unknown, rows: all, id, unreadable, more, issues };
  }
}

/** Judges all volumes of a list response, whatever its length, by its text or bytes. */
export function screenVolumes(response: string | ArrayBuffer | ArrayBufferView, options?: Options): ScreenReport {
  const issues: Issue[] = [];
  const screening = new Screening(serviceOf(options, issues), 0);
  screening.push(bytesOf(response) ?? new Uint8Array(), true);
  return screening.report(issues);
}

/** The same of a response that is still coming, as `response.body` is; nothing of it is kept. */
export async function screenStream(response: ByteStream, options?: Options): Promise<ScreenReport> {
  const issues: Issue[] = [];
  const screening = new Screening(serviceOf(options, issues), 0);
  const reader = response.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    screening.push(value ?? new Uint8Array(), done);
    if (done) return screening.report(issues);
  }
}

/** A body's bytes; null of what is neither bytes nor text. */
export function bytesOf(body: unknown): Uint8Array | null {
  if (typeof body === "string") return encode(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  try {
    return body instanceof ArrayBuffer ? new Uint8Array(body) : null;
  } catch {
    // A proxy may throw at being asked what it is.
    return null;
  }
}

/** The volume's id is in the input unless it was read already; null is that of no volume. */
export function request(input: unknown, service: number, volumeId: string | null | undefined, issues: Issue[]): RequestReport {
  const projectId = textOf(read(input, "projectId"), "projectId", issues);
  if (volumeId === undefined) volumeId = textOf(read(input, "volumeId"), "volumeId", issues);
  const name = textOf(read(input, "name"), "name", issues);
  const project = idOf(projectId, "projectId", issues);
  const volume = volumeId === null ? "" : idOf(volumeId, "volumeId", issues);
  const { value } = nameOf(name, service, issues);
  if (issues.length) return { request: null, issues };

  const { path } = profiles[service]!;
  const { method, headers, volume: begin, unnamed, named } = create;
  const body = begin + volume + (value === null ? unnamed : named[0] + JSON.stringify(value) + named[1]);
  return { request: { method, path: path[0] + project + path[1], headers: { ...headers }, body }, issues };
}

/** Builds the request that creates a transfer, or says what is wrong. */
export function createTransferRequest(input: CreateInput): RequestReport {
  const issues: Issue[] = [];
  return request(input, serviceOf(input, issues, "projectId", "volumeId", "name"), undefined, issues);
}
