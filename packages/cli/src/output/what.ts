import type { ApprovalRequest } from "@countersign/core";
import { visibleJson, type Summary } from "@countersign/review";

/** What is to be known of a row before anything else. Empty: nothing. */
export function marksOf({ marks, risk }: Pick<Summary, "marks" | "risk">): string {
  return [...(risk === "high" && !marks.includes("high risk") ? ["high risk"] : []), ...marks].join(", ");
}

/** What a row is about: its title or, where that says no more than the tool, the arguments too. */
export function whatOf({ proposal }: ApprovalRequest, { title, tool }: Pick<Summary, "title" | "tool">): string {
  return title === tool ? `${tool}: ${visibleJson(proposal.args, 0)}` : title;
}
