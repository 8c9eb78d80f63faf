import { missingSignatures, type ApprovalRequest, type Decision } from "@countersign/core";
import { groupsText } from "@countersign/core/terminal";
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
  const { id, status, decisions, proposal } = request;
  const last = decisions.at(-1);
  const by = last ? ` by ${person(last.by)}` : "";
  const what = `${id} ${toolOf(request)}${by}, digest ${proposal.digest}`;
  if (status !== "pending") return `${status} ${what}`;
  return `signed ${what}; it still takes ${groupsText(missingSignatures(request))}`;
}
