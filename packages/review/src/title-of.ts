import type { ApprovalRequest } from "@countersign/core";
import { toolText } from "./tool-text.ts";
import { valueText } from "./value-text.ts";
import { visible } from "./visible.ts";

const MOST_ARGUMENTS = 3;
const LONGEST = 40;
/** What a person looks for first. */
const TELLING = [/recipient|payee|beneficiary|^to$|address|email|user|customer|account|name/i, /amount|total|price|sum|quantity|count/i];

/** The consequence in words: the policy's, or the tool with its most telling short arguments. */
export function titleOf(request: Pick<ApprovalRequest, "namespace" | "tool" | "proposal">): string {
  const said = request.proposal.description?.title;
  if (said !== undefined && said !== "") return visible(said.replace(/\s+/g, (gap) => (/[\r\n]/.test(gap) ? " " : gap)));
  const short = Object.entries(request.proposal.args).filter(([, value]) => isShort(value));
  const rank = (key: string): number => {
    const found = TELLING.findIndex((pattern) => pattern.test(key));
    return found < 0 ? TELLING.length : found;
  };
  const told = short
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .slice(0, MOST_ARGUMENTS)
    .map(([key, value]) => `${visible(key)} ${valueText(value)}`);
  return told.length > 0 ? `${toolText(request)}: ${told.join(", ")}` : toolText(request);
}

function isShort(value: unknown): boolean {
  if (typeof value === "string") return value !== "" && value.length <= LONGEST && !value.includes("\n");
  return typeof value === "number" || typeof value === "boolean";
}
