import type { ApprovalRequest } from "@countersign/core";
import type { Outcome } from "./review.ts";
import { momentOf } from "./span-text.ts";
import { linesOf, valueText } from "./value-text.ts";
import { visible, visibleJson } from "./visible.ts";

/** What came of the call, as far as it is known. */
export function outcomeOf({ receipt }: Pick<ApprovalRequest, "receipt">, now: number): Outcome | undefined {
  if (!receipt) return undefined;
  const at = momentOf(receipt.at, now);
  if (receipt.status === "unknown")
    return {
      status: "unknown",
      at,
      lines: ["It was begun, and nobody knows whether it happened. Check the outside system, then settle it."],
    };
  const ran = receipt.args ? [`it ran with ${valueText(receipt.args)}`] : [];
  return {
    status: receipt.status,
    at,
    lines: [...ran, ...(receipt.status === "done" ? resultLines(receipt.result) : resultLines(receipt.error))],
  };
}

function resultLines(result: unknown): readonly string[] {
  if (result === undefined) return [];
  if (typeof result === "string") return linesOf(result) ?? [visible(result)];
  try {
    return visibleJson(result).split("\n");
  } catch {
    return [valueText(result)];
  }
}
