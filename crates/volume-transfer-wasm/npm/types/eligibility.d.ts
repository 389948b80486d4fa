import { type CreateInput, type Issue, type Options, type RequestReport } from "./calls.js";
import { verdicts } from "./codes.js";
import { type Constraint } from "./lists.js";
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
export declare function checkEligibility(volume: unknown, options?: EligibilityOptions): EligibilityReport;
/** Creates the request for a new transfer, or reports issues with the input. */
export declare function createTransferRequest(input: VolumeInput): RequestReport;
/** The violated and unknown constraints of many volumes. */
export interface VolumesReport {
    /** For each volume, the violated constraints: bit n stands for `constraints[n]`. */
    violated: Uint16Array;
    /** For each volume, the constraints that can't be checked from its record and the facts. */
    unknown: Uint16Array;
    issues: Issue[];
}
/**
 * Checks many volumes' records with the same facts. An element that isn't an object counts as an
 * empty record. IDs are ignored.
 */
export declare function checkVolumes(volumes: readonly unknown[], options?: EligibilityOptions): VolumesReport;
