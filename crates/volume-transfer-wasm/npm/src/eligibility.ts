// What the full entry knows of a volume as the service lists it.

import {
  NONE,
  flaw,
  read,
  request,
  screen,
  serviceOf,
  type Constraint,
  type CreateInput,
  type Issue,
  type Options,
  type RequestReport,
  type Screened,
} from "./calls.js";
import { constraints, eligibilities, masks, verdicts } from "./codes.js";

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
  const service = serviceOf(options, issues);
  const judged = judge(volume, service, factsOf(options, issues), issues);
  const findings: Finding[] = [];
  constraints.forEach((constraint, bit) => {
    const bits = (mask: number) => (mask >> bit) & 1;
    const mask = judged?.masks[0]!;
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
  const service = serviceOf(input, issues);
  const facts = factsOf(input, issues);
  const volume = read(input, "volume");
  if (volume == null) return request(input, service, undefined, issues);
  return request(input, service, judge(volume, service, facts, issues)?.ids[0] ?? null, issues);
}

const FACTS = ["snapshots", "backups", "backupPolicy", "frozen"] as const;

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
  return bits;
}

/** A volume is judged as a list of one. */
function judge(volume: unknown, service: number, facts: number, issues: Issue[]): Screened | null {
  let json: string | undefined;
  try {
    json = JSON.stringify(volume);
  } catch {
    // It holds itself, or what JSON can't say: no service has sent it.
  }
  const list = new TextEncoder().encode(`{"volumes":[${json}]}`);
  const screened = screen(list, service, facts);
  if (screened.verdict === NONE) {
    flaw(issues, "volume", "malformed");
    return null;
  }
  const status = read(volume, "status");
  const params = { status: typeof status === "string" ? status : "" };
  constraints.forEach((code, bit) => {
    if ((screened.masks[0]! >> bit) & 1) flaw(issues, "volume", code, params);
  });
  return screened;
}
