import type { Settlement } from "@countersign/server/client";
import { parseJson } from "../edit/parse-json.ts";

/** What an outside system can say of a call that was started. */
export type Happened = "executed" | "retry" | "failed";

/** As the server takes it. Undefined: something is missing. */
export function settlementOf(happened: Happened | undefined, text: string): Settlement | undefined {
  if (happened === "retry") return { retry: true };
  if (happened === undefined || text.trim() === "") return undefined;
  return happened === "failed" ? { failed: text } : { executed: resultOf(text).value };
}

/** What somebody typed as a result: JSON if all of it can be kept as it is, such as the digits of a long number, else text. */
export function resultOf(text: string): { readonly value: unknown; readonly isJson: boolean } {
  const read = parseJson(text);
  return "value" in read ? { value: read.value, isJson: true } : { value: text, isJson: false };
}
