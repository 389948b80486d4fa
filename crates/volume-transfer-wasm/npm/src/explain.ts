// Turns results into human-readable text.

import type { Issue } from "./calls.js";
import type { EligibilityReport } from "./eligibility.js";

/** Messages by key, as in `volume-transfer/messages/en`, or your own. */
export type Messages = Record<string, string>;

type Explainable = { field: string; code: string; params: Record<string, string | number> };

/**
 * Returns a result as human-readable text. Each issue in a report gets its own line. For an eligibility
 * report without issues, the text says whether the volume can be transferred. For other results
 * without issues, it is empty. A missing message is replaced with its key.
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
 * Returns the text of a single issue or outcome.
 *
 * @internal
 */
export function sentence({ field, code, params }: Explainable, messages: Messages): string {
  const message = messages[`${field}.${code}`] ?? `${field}.${code}`;
  // Some params are codes with their own messages, such as `unit.bytes`. `status.none` is the
  // message for an empty status.
  return message.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name] ?? "");
    return messages[`${name}.${value || "none"}`] ?? value;
  });
}
