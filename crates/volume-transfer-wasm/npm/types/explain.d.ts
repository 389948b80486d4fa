import type { Issue } from "./calls.js";
import type { EligibilityReport } from "./eligibility.js";
/** Sentences by key, as in `volume-transfer/messages/en.json`, or your own. */
export type Messages = Record<string, string>;
type Explainable = {
    field: string;
    code: string;
    params: Record<string, string | number>;
};
/**
 * What to tell a person: of an issue or an outcome its sentence; of a report those of all its
 * issues, a line each, or whether the volume can go; nothing where there is nothing to tell. A
 * message that is missing is replaced by its key.
 */
export declare function explain(result: Explainable | {
    issues: Issue[];
} | EligibilityReport, messages: Messages): string;
export {};
