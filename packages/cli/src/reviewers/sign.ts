import { quorumOf, type ApprovalRequest, type Decision } from "@countersign/core";
import { signer, type Desk } from "../desk.ts";
import { person, toolOf } from "../output/request.ts";

/** Signs what was seen: the digest that was shown is the digest that is signed. */
export function sign(desk: Desk, request: ApprovalRequest, decision: Decision): Promise<ApprovalRequest> {
  return desk.gate.decide(request, decision, { by: signer(desk), via: "cli" });
}

export function report({ out }: Desk, request: ApprovalRequest): void {
  out.result(request, outcome(request));
}

/** What a signature has come to. */
export function outcome(request: ApprovalRequest): string {
  const { id, status, decisions, proposal, terms } = request;
  const last = decisions.at(-1);
  const by = last ? ` by ${person(last.by)}` : "";
  const what = `${id} ${toolOf(request)}${by}, digest ${proposal.digest}`;
  if (status !== "pending") return `${status} ${what}`;
  const signed = decisions.filter(({ decision, digest }) => decision.type !== "reject" && digest === proposal.digest).length;
  return `signed ${what}; ${signed} of ${quorumOf(terms)} signatures, so it still waits`;
}
