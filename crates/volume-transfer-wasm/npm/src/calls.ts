// The functions for names and requests, which all entry points export. They convert inputs, call the
// wasm module, and convert results. All rules are in the module; `codes.ts` maps its numbers to codes.

import { create, idCodes, nameCodes, profiles, services } from "./codes.js";

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

/** The exports of the wasm modules, documented in their source. `form` has only the first four. */
interface Exports {
  memory: WebAssembly.Memory;
  buffers(): number;
  parse_name(service: number, units: number, chunkFlags: number): void;
  parse_id(ofVolume: boolean, units: number): void;
  list_buffers(): number;
  read_list(service: number, facts: number, length: number, chunkFlags: number): void;
  text_flags(flag: number, units: number): number;
  evaluate(service: number, facts: number, flags: number): number;
}

/** Stands for a missing index, position or error. */
export const NONE = -1;
/** The value of a property whose getter throws. It is invalid for every property. */
const UNREADABLE = Symbol();
/** The keys of `Options`. */
const OPTION_KEYS: readonly string[] = ["service"];
/** The keys of `CreateInput`. */
export const CREATE_KEYS: readonly string[] = [...OPTION_KEYS, "projectId", "volumeId", "name"];

let wasm: Exports | undefined;
let numbers: Int32Array;
let units: Uint16Array;
let id: Uint8Array;

/** Sets the module. If an entry point starts two modules, it uses the first one. */
export function setModule(exports: unknown): void {
  wasm ??= exports as Exports;
}

/**
 * Starts a module that needs no glue code.
 *
 * @internal
 */
export async function startModule(module: WebAssembly.Module): Promise<void> {
  setModule((await WebAssembly.instantiate(module)).exports);
}

/** Returns whether the module has started. */
export const isReady = (): boolean => wasm !== undefined;

/** Creates the error for calls before `init()`. */
export function notReady(): Error {
  const error = new Error("volume-transfer is not ready: await init() first");
  return Object.assign(error, { code: "not_initialised" });
}

/**
 * Returns the module's exports, and recreates the views if memory has grown.
 *
 * @internal
 */
export function instance(): Exports {
  if (!wasm) throw notReady();
  // Growing the memory detaches all views.
  const { buffer } = wasm.memory;
  if (numbers?.buffer !== buffer) {
    numbers = new Int32Array(buffer, wasm.buffers(), 8);
    const [atUnits, maxUnits, atId] = numbers as unknown as number[];
    units = new Uint16Array(buffer, atUnits, maxUnits);
    id = new Uint8Array(buffer, atId);
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

/** Returns a string, or an empty one for null and undefined. Any other value is an issue. */
function textOf(value: unknown, field: Issue["field"], issues: Issue[]): string {
  if (typeof value === "string") return value;
  if (value != null) addIssue(issues, field, "not_a_string");
  return "";
}

/** Reports an unknown option, because it is probably misspelled. */
export function checkKeys(options: unknown, known: readonly string[], issues: Issue[]): void {
  try {
    for (const key in typeof options === "object" ? options : {}) {
      if (!known.includes(key)) return addIssue(issues, "options", "unknown", { key });
    }
  } catch {
    // A proxy can throw when its keys are listed.
  }
}

/** Returns the service's index, and reports the first option that isn't in `known`. */
export function serviceOf(options: unknown, issues: Issue[], known = OPTION_KEYS): number {
  checkKeys(options, known, issues);
  const code = read(options, "service");
  const index = code == null ? 0 : services.indexOf(code as Service);
  if (index >= 0) return index;
  addIssue(issues, "service", "unknown");
  return 0;
}

/**
 * Writes a string to the text buffer, from a position in the string up to the buffer's capacity.
 * Returns the number of code units.
 */
export function writeUnits(text: string, from: number): number {
  const length = Math.min(text.length - from, units.length);
  // Doesn't copy `units` to a local variable: V8 treats the top-level one as a constant, which is twice as fast.
  for (let at = 0; at < length; at++) units[at] = text.charCodeAt(from + at);
  return length;
}

/** Returns the flags of a chunk: 1 for the first one, 2 for the last one, and 3 for both. */
const chunkFlagsOf = (whole: ArrayLike<unknown>, from: number, to: number): number =>
  (from ? 0 : 1) + (to < whole.length ? 0 : 2);

/** Converts an ID to text. IDs are ASCII. */
// Uses `apply`, because spreading a typed array takes six times as long.
export const decode = (bytes: Uint8Array): string => String.fromCharCode.apply(null, bytes as unknown as number[]);

/** Returns a normalized ID. */
function idOf(wasm: Exports, text: string, field: "projectId" | "volumeId", issues: Issue[]): string {
  writeUnits(text, 0);
  // Passes the full length, so that an ID that exceeds the capacity is rejected.
  wasm.parse_id(field === "volumeId", text.length);
  const error = numbers[0]!;
  if (error !== NONE) {
    addIssue(issues, field, idCodes[error]!);
    return "";
  }
  return numbers[2] ? text : decode(id.subarray(0, numbers[1]));
}

/** Validates a name. */
function nameOf(wasm: Exports, text: string, service: number, issues: Issue[]): NameReport {
  let from = 0;
  do {
    const length = writeUnits(text, from);
    wasm.parse_name(service, length, chunkFlagsOf(text, from, (from += length)));
  } while (from < text.length);
  // Reads by index, because destructuring would take longer than everything else in this function.
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
  return nameOf(instance(), text, service, issues);
}

/**
 * Creates a request. If `volumeId` is undefined, it is read from the input. Null means that the
 * input's volume is invalid.
 */
export function createRequest(input: unknown, service: number, volumeId: string | null | undefined, issues: Issue[]): RequestReport {
  const projectId = textOf(read(input, "projectId"), "projectId", issues);
  if (volumeId === undefined) volumeId = textOf(read(input, "volumeId"), "volumeId", issues);
  const name = textOf(read(input, "name"), "name", issues);
  // Gets the exports once for all calls, because none of them makes the memory grow.
  const wasm = instance();
  const project = idOf(wasm, projectId, "projectId", issues);
  const volume = volumeId === null ? "" : idOf(wasm, volumeId, "volumeId", issues);
  const { value } = nameOf(wasm, name, service, issues);
  if (issues.length) return { request: null, issues };

  const { path } = profiles[service]!;
  const { method, headers, volume: begin, unnamed, named } = create;
  const body = begin + volume + (value === null ? unnamed : named[0] + JSON.stringify(value) + named[1]);
  return { request: { method, path: path[0] + project + path[1], headers: { ...headers }, body }, issues };
}

/** Creates the request for a new transfer, or reports issues with the input. */
export function createTransferRequest(input: CreateInput): RequestReport {
  const issues: Issue[] = [];
  return createRequest(input, serviceOf(input, issues, CREATE_KEYS), undefined, issues);
}
