import { isCountersignError, missingSignatures, type ApprovalRequest, type Decision } from "@countersign/core";
import { groupsText } from "@countersign/core/terminal";
import { signer, type Desk } from "../desk.ts";
import { person, toolOf } from "../output/request.ts";
import { typedAt } from "./confirmation.ts";

/**
 * Signs what was seen: the digest that was shown is the digest that is signed.
 * @param asks may somebody be asked for what has to be typed, where it is missing or is another value?
 * @throws Failure: left pending
 */
export async function sign(desk: Desk, request: ApprovalRequest, decision: Decision, asks = false): Promise<ApprovalRequest> {
  for (let said = decision; ;) {
    try {
      return await desk.gate.decide(request, said, { by: signer(desk), via: "cli" });
    } catch (error) {
      const canBeTyped = isCountersignError(error, "NOT_CONFIRMED") && error.details.valueless.length === 0;
      if (!asks || !canBeTyped || said.type === "reject") throw error;
      desk.out.say("Nothing was signed yet: something has to be typed for it, or something else than was typed.");
      const earlier = typeof said.confirm === "object" ? said.confirm : {};
      said = { ...said, confirm: { ...earlier, ...(await typedAt(error.details.paths)) } };
    }
  }
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
