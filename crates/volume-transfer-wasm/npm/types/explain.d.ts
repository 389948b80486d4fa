import type { Issue } from "./calls.js";
import type { EligibilityReport } from "./eligibility.js";
/** Texts by key, as in `volume-transfer/messages/en`, or your own. */
export type Messages = Record<string, string>;
type Explainable = {
    field: string;
    code: string;
    params: Record<string, string | number>;
};
/**
 * Returns a result's text for people. A report's issues have one line each. An eligibility report
 * without issues says whether the volume can be transferred; other results without issues have an
 * empty text. A missing message is replaced by its key.
 */
export declare function explain(result: Explainable | {
    issues: Issue[];
} | EligibilityReport, messages: Messages): string;
export {};
