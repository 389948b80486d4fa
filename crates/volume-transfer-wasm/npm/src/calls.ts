// Names, requests and lists, which both entries export. Converts inputs, calls the wasm module, and
// converts results. All rules are in the module; `codes.ts` maps its numbers to codes.

import {
  constraints,
  create,
  idCodes,
  nameCodes,
  profiles,
  services,
} from "./codes.js";
import { encode } from "./text.js";

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
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
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

/** The exports of both modules, documented in `src/buffers.rs`. */
interface Exports {
  memory: WebAssembly.Memory;
  buffers(): number;
  parse_name(service: number, units: number, part: number): void;
  parse_id(ofVolume: boolean, units: number): void;
  text_flags(flag: number, units: number): number;
  evaluate(service: number, facts: number, flags: number): number;
  list_reader(): number;
  read_list(service: number, facts: number, bytes: number, part: number): void;
}

/** Stands for a missing index, position or error. */
export const NONE = -1;
/** The value of a property whose getter throws. It is invalid for every property. */
const UNREADABLE = Symbol();

let wasm: Exports | undefined;
let numbers: Int32Array;
let units: Uint16Array;
let bytes: Uint8Array;
let ids: Uint8Array;
let masks: Uint32Array;
let rows: Uint32Array;
/** The state of the module's list reader. */
let listState: Uint8Array;

/** Sets the module. Both entries use the first one that starts. */
export function setModule(exports: unknown): void {
  wasm ??= exports as Exports;
}

/**
 * Starts the light module.
 *
 * @internal
 */
export async function startLight(module: WebAssembly.Module): Promise<void> {
  setModule((await WebAssembly.instantiate(module)).exports);
}

/** Creates the error for calls before `init()`. */
export function notReady(): Error {
  const error = new Error("volume-transfer is not ready: await init() first");
  return Object.assign(error, { code: "not_initialised" });
}

/** Returns the module's exports, and recreates the views if memory has grown. */
function instance(): Exports {
  if (!wasm) throw notReady();
  // Growing the memory detaches all views.
  const { buffer } = wasm.memory;
  if (numbers?.buffer !== buffer) {
    numbers = new Int32Array(buffer, wasm.buffers(), 8);
    const [atUnits, maxUnits, atBytes, maxBytes, atIds, atMasks, atRows] = numbers as unknown as number[];
    units = new Uint16Array(buffer, atUnits, maxUnits);
    bytes = new Uint8Array(buffer, atBytes, maxBytes);
    ids = new Uint8Array(buffer, atIds);
    masks = new Uint32Array(buffer, atMasks);
    rows = new Uint32Array(buffer, atRows);
    listState = new Uint8Array(buffer, wasm.list_reader(), numbers[0]);
  }
  return wasm;
}

/** Reads a property, without throwing. */
export function read(of: unknown, key: string): unknown {
  try {
    return (of as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return UNREADABLE;
  }
}

/** Adds an issue. */
export function addIssue(issues: Issue[], field: Issue["field"], code: string, params: Issue["params"] = {}): void {
  issues.push({ field, code, params });
}

/** Returns a string, or an empty one if there is none. Any other value is an issue. */
function textOf(value: unknown, field: Issue["field"], issues: Issue[]): string {
  if (typeof value === "string") return value;
  if (value != null) addIssue(issues, field, "not_a_string");
  return "";
}

/** Reports an unknown option, because it is probably misspelled. */
export function checkKeys(options: unknown, known: string[], issues: Issue[]): void {
  try {
    for (const key in typeof options === "object" ? options : {}) {
      if (!known.includes(key)) return addIssue(issues, "options", "unknown", { key });
    }
  } catch {
    // A proxy can throw when its keys are listed.
  }
}

/** Returns the service's index, and checks the names of all options. */
export function serviceOf(options: unknown, issues: Issue[], ...known: string[]): number {
  checkKeys(options, ["service", ...known], issues);
  const code = read(options, "service");
  const index = code == null ? 0 : services.indexOf(code as Service);
  if (index >= 0) return index;
  addIssue(issues, "service", "unknown");
  return 0;
}

/**
 * Writes a text to the units buffer, from a position up to the capacity. Returns the number of
 * units.
 */
function writeUnits(text: string, from: number): number {
  const length = Math.min(text.length - from, units.length);
  for (let at = 0; at < length; at++) units[at] = text.charCodeAt(from + at);
  return length;
}

/** Returns whether a part is the first one (1), the last one (2), both (3) or neither (0). */
const partOf = (whole: ArrayLike<unknown>, from: number, to: number): number =>
  (from ? 0 : 1) + (to < whole.length ? 0 : 2);

/** Converts an ID to text. IDs are ASCII. */
const decode = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Returns a normalized ID. */
function idOf(text: string, field: "projectId" | "volumeId", issues: Issue[]): string {
  const { parse_id } = instance();
  writeUnits(text, 0);
  // Passes the whole length, so that an ID that exceeds the capacity is rejected.
  parse_id(field === "volumeId", text.length);
  const error = numbers[0]!;
  if (error !== NONE) addIssue(issues, field, idCodes[error]!);
  return numbers[2] ? text : decode(ids.subarray(0, numbers[1]));
}

/** Validates a name. */
function nameOf(text: string, service: number, issues: Issue[]): NameReport {
  const wasm = instance();
  let from = 0;
  do {
    const length = writeUnits(text, from);
    wasm.parse_name(service, length, partOf(text, from, (from += length)));
  } while (from < text.length);
  // Reads by index, because destructuring would take longer than everything else.
  const error = numbers[0]!;
  const position = numbers[1]!;
  const length = numbers[2]!;
  const start = numbers[3]!;
  const end = numbers[4]!;
  const { limit, unit, required } = profiles[service]!;
  if (error !== NONE) {
    addIssue(issues, "name", nameCodes[error]!, position === NONE ? { length, limit, unit } : { position });
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

/** Returns the flags of a record with a single text field. `index` is one of `flagFields`. */
export function flagsOfText(index: number, text: string): number {
  const { text_flags } = instance();
  return text_flags(index, writeUnits(text, 0));
}

/** Evaluates a record by its flags. Returns its mask. */
export const evaluateFlags = (service: number, facts: number, flags: number): number =>
  instance().evaluate(service, facts, flags);

/** Reads a list in one or more parts. */
export class ListReader {
  #parts: { from: number; ids: Uint8Array; masks: Uint32Array; rows: Uint32Array }[] = [];
  #count = 0;
  #started = false;
  /** The module's state between two parts, because another list may be read in the meantime. */
  #saved: Uint8Array | undefined;
  /** The verdict on the last volume. */
  verdict = NONE;
  /** The flags of the last volume. */
  flags = 0;

  constructor(readonly service: number, readonly facts: number) {}

  /** Reads a part of any length. */
  push(part: Uint8Array, last: boolean): void {
    const wasm = instance();
    if (this.#saved) listState.set(this.#saved);
    let from = 0;
    do {
      const chunk = part.subarray(from, from + bytes.length);
      bytes.set(chunk);
      from += chunk.length;
      const end = last && from === part.length;
      wasm.read_list(this.service, this.facts, chunk.length, (this.#started ? 0 : 1) + (end ? 2 : 0));
      this.#started = true;
      const count = numbers[0]!;
      if (!count) continue;
      this.verdict = numbers[1]!;
      this.flags = numbers[2]!;
      this.#parts.push({
        from: this.#count,
        ids: ids.slice(0, 36 * count),
        masks: masks.slice(0, count),
        rows: rows.slice(0, 2 * count),
      });
      this.#count += count;
    } while (from < part.length);
    this.#saved = last ? undefined : listState.slice();
  }

  /** Returns the report, after the last part. */
  report(issues: Issue[]): ScreenReport {
    const unreadable = numbers[3]!;
    const more = numbers[4] === 1;
    const position = numbers[5]!;
    if (position !== NONE) addIssue(issues, "volumes", "malformed", { position });
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

/** Checks all volumes of a list response of any length, from its text or bytes. */
export function screenVolumes(response: string | ArrayBuffer | ArrayBufferView, options?: Options): ScreenReport {
  const issues: Issue[] = [];
  const list = new ListReader(serviceOf(options, issues), 0);
  list.push(bytesOf(response) ?? new Uint8Array(), true);
  return list.report(issues);
}

/** Checks all volumes of a response that is still arriving, such as `response.body`, without storing it. */
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

/**
 * Creates a request. `volumeId` is undefined if it is in the input, and null if the input's volume
 * is invalid.
 */
export function createRequest(input: unknown, service: number, volumeId: string | null | undefined, issues: Issue[]): RequestReport {
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

/** Creates the request for a new transfer, or reports issues with the input. */
export function createTransferRequest(input: CreateInput): RequestReport {
  const issues: Issue[] = [];
  return createRequest(input, serviceOf(input, issues, "projectId", "volumeId", "name"), undefined, issues);
}
