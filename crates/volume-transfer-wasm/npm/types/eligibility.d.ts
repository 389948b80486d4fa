import { type Constraint, type CreateInput, type Issue, type Options, type RequestReport } from "./calls.js";
import { verdicts } from "./codes.js";
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
export declare function checkEligibility(volume: unknown, options?: EligibilityOptions): EligibilityReport;
/** Builds the request that creates a transfer, or says what is wrong. */
export declare function createTransferRequest(input: VolumeInput): RequestReport;
export interface VolumesReport {
    /** For each volume, the violated constraints: bit n stands for `constraints[n]`. */
    violated: Uint16Array;
    /** And those of which nothing at hand tells. */
    unknown: Uint16Array;
    issues: Issue[];
}
/**
 * Judges many volumes that are objects already, by the same facts. What is none says nothing, and
 * ids are not looked at.
 */
export declare function checkVolumes(volumes: readonly unknown[], options?: EligibilityOptions): VolumesReport;
