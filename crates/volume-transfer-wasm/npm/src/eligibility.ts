// What the full entry knows of a volume as the service lists it.

import {
  NONE,
  Screening,
  checkKeys,
  flaw,
  judgeSigns,
  read,
  request,
  serviceOf,
  signOf,
  type Constraint,
  type CreateInput,
  type Issue,
  type Options,
  type RequestReport,
} from "./calls.js";
import { constraints, eligibilities, masks, signs, signsOf, verdicts } from "./codes.js";
import { encode } from "./text.js";

/** What is known of a volume beside its record. Absent is *not known*, never *fine*. */
export interface Facts {
  snapshots?: boolean | null | undefined;
  backups?: boolean | null | undefined;
  backupPolicy?: boolean | null | undefined;
  frozen?: boolean | null | undefined;
}

export interface EligibilityOptions extends Options {
  facts?: Facts | null | undefined;
}

export interface VolumeInput extends Omit<CreateInput, "volumeId">, EligibilityOptions {
  /** The volume as the service lists it, so that its eligibility is checked; or else its id. */
  volume?: unknown;
  volumeId?: string | undefined;
}

export type Verdict = (typeof verdicts)[number];

export interface Finding {
  constraint: Constraint;
  verdict: Verdict;
}

export interface EligibilityReport {
  /** `unknown` may go as far as anyone can see; the server decides. Null if this is no volume. */
  eligibility: "eligible" | "ineligible" | "unknown" | null;
  /** Every constraint of the service. */
  findings: Finding[];
  /** One for each violated constraint, whose code it has; or what is wrong with the input. */
  issues: Issue[];
}

/** Judges a volume, as the service lists it, by every constraint. */
export function checkEligibility(volume: unknown, options?: EligibilityOptions): EligibilityReport {
  const issues: Issue[] = [];
  const service = serviceOf(options, issues, "facts");
  const judged = judge(volume, service, factsOf(options, issues), issues);
  const findings: Finding[] = [];
  constraints.forEach((constraint, bit) => {
    const bits = (mask: number) => (mask >> bit) & 1;
    const mask = judged?.mask!;
    if (judged && bits(masks[service]!)) {
      const verdict = bits(mask) ? "violated" : bits(mask >>> 16) ? "unknown" : "met";
      findings.push({ constraint, verdict });
    }
  });
  return { eligibility: judged && eligibilities[judged.verdict]!, findings, issues };
}

/** Builds the request that creates a transfer, or says what is wrong. */
export function createTransferRequest(input: VolumeInput): RequestReport {
  const issues: Issue[] = [];
  const service = serviceOf(input, issues, "projectId", "volumeId", "volume", "name", "facts");
  const facts = factsOf(input, issues);
  const volume = read(input, "volume");
  if (volume == null) return request(input, service, undefined, issues);
  return request(input, service, judge(volume, service, facts, issues)?.id ?? null, issues);
}

const FACTS = ["snapshots", "backups", "backupPolicy", "frozen"];

function factsOf(options: unknown, issues: Issue[]): number {
  const facts = read(options, "facts");
  let bits = 0;
  let fine = facts == null || typeof facts === "object";
  FACTS.forEach((name, at) => {
    const fact = read(facts, name);
    if (typeof fact === "boolean") bits |= (fact ? 2 : 1) << (2 * at);
    else fine &&= fact == null;
  });
  if (!fine) flaw(issues, "facts", "malformed");
  checkKeys(facts, FACTS, issues);
  return bits;
}

interface Judged {
  id: string;
  /** The violated constraints in the lower 16 bits, the unknown ones in the upper. */
  mask: number;
  verdict: number;
  signs: number;
}

/** A volume is judged as a list of one. */
function judge(volume: unknown, service: number, facts: number, issues: Issue[]): Judged | null {
  let json: string | undefined;
  try {
    json = JSON.stringify(volume);
  } catch {
    // It holds itself, or what JSON can't say: no service has sent it.
  }
  const screening = new Screening(service, facts);
  screening.push(encode(`{"volumes":[${json}]}`), true);
  const { verdict, signs } = screening;
  if (verdict === NONE) {
    flaw(issues, "volume", "malformed");
    return null;
  }
  const { violated, unknown, id } = screening.report([]);
  const mask = violated[0]! | (unknown[0]! << 16);
  const status = read(volume, "status");
  const params = { status: typeof status === "string" ? status : "" };
  constraints.forEach((code, bit) => {
    if ((mask >> bit) & 1) flaw(issues, "volume", code, params);
  });
  return { id: id(0), mask, verdict, signs };
}

export interface VolumesReport {
  /** For each volume, the violated constraints: bit n stands for `constraints[n]`. */
  violated: Uint16Array;
  /** And those of which nothing at hand tells. */
  unknown: Uint16Array;
  issues: Issue[];
}

/** So many values of a field are remembered: enough for all but texts that no two volumes share. */
const REMEMBERED = 32;
const remembered = signs.map(() => new Map<unknown, number>());

/** What a value says to the rules. */
function look(sign: number, value: unknown): number {
  const known = remembered[sign]!.get(value);
  if (known !== undefined) return known;
  let bits: number;
  if (typeof value === "string") {
    bits = signOf(sign, value);
  } else {
    const [key, inMetadata] = signs[sign]!;
    const record = { id: "00000000-0000-0000-0000-000000000000" };
    const said = { [key]: value };
    bits = judge({ ...record, ...(inMetadata ? { metadata: said } : said) }, 0, 0, [])?.signs ?? 0;
    if (typeof value === "object" && value) return bits;
  }
  if (remembered[sign]!.size < REMEMBERED) remembered[sign]!.set(value, bits);
  return bits;
}

/**
 * Judges many volumes that are objects already, by the same facts. What is none says nothing, and
 * ids are not looked at.
 */
export function checkVolumes(volumes: readonly unknown[], options?: EligibilityOptions): VolumesReport {
  const issues: Issue[] = [];
  const service = serviceOf(options, issues, "facts");
  const facts = factsOf(options, issues);
  let count = 0;
  try {
    if (Array.isArray(volumes)) count = volumes.length;
    else flaw(issues, "volumes", "malformed", { position: 0 });
  } catch {
    // A proxy may throw at being asked what it is.
    flaw(issues, "volumes", "malformed", { position: 0 });
  }
  const [violated, unknown] = [new Uint16Array(count), new Uint16Array(count)];
  // Volumes of a list differ in few signs, and a service sends the same values again and again.
  const judged: (number | undefined)[] = [];
  const last: unknown[] = signs.map(() => judged);
  const bits = signs.map(() => 0);
  const of = (sign: number, value: unknown): number => {
    if (value === last[sign]) return bits[sign]!;
    last[sign] = value;
    return (bits[sign] = look(sign, value));
  };
  for (let at = 0; at < count; at++) {
    let said = 0;
    try {
      said = signsOf(volumes[at] ?? {}, of);
    } catch {
      // A record that throws when it is looked at says nothing.
    }
    const mask = (judged[said] ??= judgeSigns(service, facts, said));
    violated[at] = mask;
    unknown[at] = mask >>> 16;
  }
  return { violated, unknown, issues };
}
