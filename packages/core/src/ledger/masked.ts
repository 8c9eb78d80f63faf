import type { Decision } from "../contract/decision.ts";
import type { JsonObject } from "../contract/json.ts";
import { masked } from "../contract/mask.ts";
import type { ApprovalRequest } from "../contract/request.ts";

type Arguments = Pick<ApprovalRequest, "args" | "proposal" | "approvedArgs" | "decisions">;

/** A request without what only the tool gets to see. The digests stay: they are of what is signed. */
export function maskRequest<R extends Arguments>(request: R, redact: readonly string[]): R {
  const { args, proposal, approvedArgs, decisions } = request;
  return {
    ...request,
    args: masked(args, redact),
    proposal: { ...proposal, args: masked(proposal.args, redact) },
    approvedArgs: approvedArgs && masked(approvedArgs, redact),
    decisions: decisions.map((record) => ({ ...record, decision: maskDecision(record.decision, redact) })),
  };
}

/** The same of what a reviewer said. */
export function maskDecision(decision: Decision, redact: readonly string[] | undefined): Decision {
  return decision.type === "edit" ? { ...decision, args: masked(decision.args as JsonObject, redact) } : decision;
}
