// Checks the eligibility of volumes. Only the full entry point does this.

import {
  CREATE_KEYS,
  NONE,
  addIssue,
  checkKeys,
  createRequest,
  instance,
  read,
  serviceOf,
  writeUnits,
  type CreateInput,
  type Issue,
  type Options,
  type RequestReport,
} from "./calls.js";
import { constraints, eligibilities, flagFields, flagsOf, masks, verdicts } from "./codes.js";
import { ListReader, type Constraint } from "./lists.js";
import { encode } from "./text.js";

/** Facts that a volume's record doesn't contain. A missing fact is unknown, not `false`. */
export interface Facts {
  snapshots?: boolean | null | undefined;
  backups?: boolean | null | undefined;
  backupPolicy?: boolean | null | undefined;
  frozen?: boolean | null | undefined;
}

/** The options of eligibility checks. */
export interface EligibilityOptions extends Options {
  facts?: Facts | null | undefined;
}

/** The input for a create request, with a volume's record or ID. */
export interface VolumeInput extends Omit<CreateInput, "volumeId">, EligibilityOptions {
  /** The volume's record, as the service returns it. The volume's eligibility is then checked. */
  volume?: unknown;
  /** The volume's ID, if there is no record. */
  volumeId?: string | undefined;
}

/** The keys of `EligibilityOptions`. */
const ELIGIBILITY_KEYS = ["service", "facts"];
/** The keys of `VolumeInput`. */
const VOLUME_KEYS = [...CREATE_KEYS, "volume", "facts"];

/** Whether a volume meets a constraint. */
export type Verdict = (typeof verdicts)[number];

/** The verdict on one constraint. */
export interface Finding {
  constraint: Constraint;
  verdict: Verdict;
}

/** The verdicts on a volume. */
export interface EligibilityReport {
  /** `unknown` means that only the server can tell. Null if the input isn't a volume's record. */
  eligibility: "eligible" | "ineligible" | "unknown" | null;
  /** One for each constraint of the service. */
  findings: Finding[];
  /** One for each violated constraint, with its code, and any issues with the input. */
  issues: Issue[];
}

/** Checks a volume's record, as the service returns it, against every constraint. */
export function checkEligibility(volume: unknown, options?: EligibilityOptions): EligibilityReport {
  const issues: Issue[] = [];
  const service = serviceOf(options, issues, ELIGIBILITY_KEYS);
  const evaluated = evaluate(volume, service, factsOf(options, issues), issues);
  const findings: Finding[] = [];
  constraints.forEach((constraint, bit) => {
    const bits = (mask: number) => (mask >> bit) & 1;
    const mask = evaluated?.mask!;
    if (evaluated && bits(masks[service]!)) {
      const verdict = bits(mask) ? "violated" : bits(mask >>> 16) ? "unknown" : "met";
      findings.push({ constraint, verdict });
    }
  });
  return { eligibility: evaluated && eligibilities[evaluated.verdict]!, findings, issues };
}

/** Creates the request for a new transfer, or reports issues with the input. */
export function createTransferRequest(input: VolumeInput): RequestReport {
  const issues: Issue[] = [];
  const service = serviceOf(input, issues, VOLUME_KEYS);
  const facts = factsOf(input, issues);
  const volume = read(input, "volume");
  if (volume == null) return createRequest(input, service, undefined, issues);
  return createRequest(input, service, evaluate(volume, service, facts, issues)?.id ?? null, issues);
}

const FACTS = ["snapshots", "backups", "backupPolicy", "frozen"];

/** Returns the facts as bits for the wasm module, two bits per fact. */
function factsOf(options: unknown, issues: Issue[]): number {
  const facts = read(options, "facts");
  let bits = 0;
  let valid = facts == null || typeof facts === "object";
  FACTS.forEach((name, at) => {
    const fact = read(facts, name);
    if (typeof fact === "boolean") bits |= (fact ? 2 : 1) << (2 * at);
    else valid &&= fact == null;
  });
  if (!valid) addIssue(issues, "facts", "malformed");
  checkKeys(facts, FACTS, issues);
  return bits;
}

interface Evaluation {
  id: string;
  /** The violated constraints in the lower 16 bits, the unknown ones in the upper. */
  mask: number;
  verdict: number;
  flags: number;
}

/** Evaluates a volume, as a list with a single row. */
function evaluate(volume: unknown, service: number, facts: number, issues: Issue[]): Evaluation | null {
  let json: string | undefined;
  try {
    json = JSON.stringify(volume);
  } catch {
    // It is cyclic, or contains values that JSON can't represent, so it can't be a service's record.
  }
  const reader = new ListReader(service, facts);
  reader.push(encode(`{"volumes":[${json}]}`), true);
  const { verdict, flags } = reader;
  if (verdict === NONE) {
    addIssue(issues, "volume", "malformed");
    return null;
  }
  const { violated, unknown, id } = reader.report([]);
  const mask = violated[0]! | (unknown[0]! << 16);
  const status = read(volume, "status");
  const params = { status: typeof status === "string" ? status : "" };
  constraints.forEach((code, bit) => {
    if ((mask >> bit) & 1) addIssue(issues, "volume", code, params);
  });
  return { id: id(0), mask, verdict, flags };
}

/** The violated and unknown constraints of many volumes. */
export interface VolumesReport {
  /** For each volume, the violated constraints: bit n stands for `constraints[n]`. */
  violated: Uint16Array;
  /** For each volume, the constraints that can't be checked from its record and the facts. */
  unknown: Uint16Array;
  issues: Issue[];
}

/**
 * The maximum number of cached values per field. Only fields whose values are unique to each volume
 * exceed it.
 */
const CACHE_SIZE = 32;
const caches = flagFields.map(() => new Map<unknown, number>());

/** Returns the flags of a record with a single field. */
function flagsOfValue(index: number, value: unknown): number {
  const cached = caches[index]!.get(value);
  if (cached !== undefined) return cached;
  let flags: number;
  if (typeof value === "string") {
    flags = instance().text_flags(index, writeUnits(value, 0));
  } else {
    const [key, inMetadata] = flagFields[index]!;
    const record = { id: "00000000-0000-0000-0000-000000000000" };
    const field = { [key]: value };
    flags = evaluate({ ...record, ...(inMetadata ? { metadata: field } : field) }, 0, 0, [])?.flags ?? 0;
    if (typeof value === "object" && value) return flags;
  }
  if (caches[index]!.size < CACHE_SIZE) caches[index]!.set(value, flags);
  return flags;
}

/**
 * Checks many volumes' records with the same facts. An element that isn't an object counts as an
 * empty record. IDs are ignored.
 */
export function checkVolumes(volumes: readonly unknown[], options?: EligibilityOptions): VolumesReport {
  const issues: Issue[] = [];
  const service = serviceOf(options, issues, ELIGIBILITY_KEYS);
  const facts = factsOf(options, issues);
  let count = 0;
  try {
    if (Array.isArray(volumes)) count = volumes.length;
    else addIssue(issues, "volumes", "malformed", { position: 0 });
  } catch {
    // A proxy can throw here.
    addIssue(issues, "volumes", "malformed", { position: 0 });
  }
  const [violated, unknown] = [new Uint16Array(count), new Uint16Array(count)];
  // Caches masks by flags, because few combinations occur in a list. Also caches each field's last
  // value, because values often repeat.
  const evaluated: (number | undefined)[] = [];
  const last: unknown[] = flagFields.map(() => evaluated);
  const lastFlags = flagFields.map(() => 0);
  const of = (index: number, value: unknown): number => {
    if (value === last[index]) return lastFlags[index]!;
    last[index] = value;
    return (lastFlags[index] = flagsOfValue(index, value));
  };
  for (let at = 0; at < count; at++) {
    let flags = 0;
    try {
      flags = flagsOf(volumes[at] ?? {}, of);
    } catch {
      // A record with a getter that throws counts as empty.
    }
    const mask = (evaluated[flags] ??= instance().evaluate(service, facts, flags));
    violated[at] = mask;
    unknown[at] = mask >>> 16;
  }
  return { violated, unknown, issues };
}
