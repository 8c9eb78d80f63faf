import { groupsText, missingSignatures, type ApprovalRequest, type Decision } from "@countersign/core";
import { personText, toolText, visible } from "@countersign/review";
import { acting, type Desk } from "../desk.ts";

/** Signs what was seen elsewhere: the digest that was named is the digest that is signed. */
export async function sign(desk: Desk, request: ApprovalRequest, decision: Decision): Promise<ApprovalRequest> {
  return desk.gate.decide(request, decision, { ...(await acting(desk)), via: "cli" });
}

export function report({ out }: Desk, request: ApprovalRequest): void {
  out.result(request, outcome(request));
}

/** What a signature has come to. */
export function outcome(request: ApprovalRequest): string {
  const { id, status, decisions, proposal } = request;
  const last = decisions.at(-1);
  const by = last ? ` by ${personText(last.by)}` : "";
  const what = `${id} ${toolText(request)}${by}, digest ${proposal.digest}`;
  if (status !== "pending") return `${status} ${what}`;
  return `signed ${what}; it still takes ${visible(groupsText(missingSignatures(request)))}`;
}
