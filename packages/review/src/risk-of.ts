import type { ApprovalRequest } from "@countersign/core";
import type { Review } from "./review.ts";

const RISKS: ReadonlySet<string> = new Set(["low", "medium", "high"]);

/** The policy's, if it is one. */
export function riskOf({ proposal }: ApprovalRequest): Review["risk"] {
  const risk = proposal.description?.risk;
  return risk !== undefined && RISKS.has(risk) ? risk : undefined;
}
