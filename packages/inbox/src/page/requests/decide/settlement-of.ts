import type { Settlement } from "@countersign/server/client";

/** What an outside system can say of a call that was started. */
export type Happened = "executed" | "retry" | "failed";

/** As the server takes it. Undefined: something is missing. */
export function settlementOf(happened: Happened | undefined, text: string): Settlement | undefined {
  if (happened === "retry") return { retry: true };
  if (happened === undefined || text.trim() === "") return undefined;
  return happened === "failed" ? { failed: text } : { executed: resultOf(text).value };
}

/** What somebody typed as a result: JSON if it is some, else text. */
export function resultOf(text: string): { readonly value: unknown; readonly isJson: boolean } {
  try {
    return { value: JSON.parse(text), isJson: true };
  } catch {
    return { value: text, isJson: false };
  }
}
