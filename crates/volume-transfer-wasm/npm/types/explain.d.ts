import type { Issue } from "./calls.js";
import type { EligibilityReport } from "./eligibility.js";
/** Messages by key, as in `volume-transfer/messages/en`, or your own. */
export type Messages = Record<string, string>;
type Explainable = {
    field: string;
    code: string;
    params: Record<string, string | number>;
};
/**
 * Returns a result as human-readable text. Each issue in a report gets its own line. For an eligibility
 * report without issues, the text says whether the volume can be transferred. For other results
 * without issues, it is empty. A missing message is replaced with its key.
 */
export declare function explain(result: Explainable | {
    issues: Issue[];
} | EligibilityReport, messages: Messages): string;
export {};
