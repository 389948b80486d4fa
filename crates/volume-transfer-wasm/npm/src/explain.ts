// The sentence for people.

import type { Issue } from "./calls.js";
import type { EligibilityReport } from "./eligibility.js";

/** Sentences by key, as in `volume-transfer/messages/en.json`, or your own. */
export type Messages = Record<string, string>;

type Explainable = { field: string; code: string; params: Record<string, string | number> };

/**
 * What to tell a person: of an issue or an outcome its sentence; of a report those of all its
 * issues, a line each, or whether the volume can go; nothing where there is nothing to tell. A
 * message that is missing is replaced by its key.
 */
export function explain(
  result: Explainable | { issues: Issue[] } | EligibilityReport,
  messages: Messages,
): string {
  if ("issues" in result) {
    const sentences = result.issues.map((issue) => explain(issue, messages));
    if (!sentences.length && "eligibility" in result) {
      const code = result.eligibility ?? "unknown";
      return explain({ field: "eligibility", code, params: {} }, messages);
    }
    return sentences.join("\n");
  }
  return sentence(result, messages);
}

/**
 * Returns the sentence for a single issue or outcome.
 *
 * @internal
 */
export function sentence({ field, code, params }: Explainable, messages: Messages): string {
  const message = messages[`${field}.${code}`] ?? `${field}.${code}`;
  // A param that is a code itself has a message too, `unit.bytes`; an empty one is `status.none`.
  return message.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name] ?? "");
    return messages[`${name}.${value || "none"}`] ?? value;
  });
}
