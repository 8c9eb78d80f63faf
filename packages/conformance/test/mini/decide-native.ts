import { CountersignError, type ApprovalRequest, type Decision, type Gate, type JsonObject, type Principal } from "@countersign/core";
import { decideAnswers } from "@countersign/core/adapter";
import type { Flaw } from "./flaw.ts";
import type { NativeAnswers } from "./framework.ts";

/** An existing UI's answer, by call id: it shows each call as it was asked about. */
export async function decideNative(
  gate: Gate,
  native: NativeAnswers,
  options: { readonly threadId: string; readonly by: Principal },
  flaw: Flaw | undefined,
): Promise<readonly ApprovalRequest[]> {
  const { threadId, by } = options;
  const answers = await Promise.all(
    Object.entries(native).map(async ([callId, decision]) => ({ request: await requestFor(gate, threadId, callId), decision })),
  );
  if (flaw === "answers-one-by-one") {
    const decided: ApprovalRequest[] = [];
    for (const { request, decision } of answers) decided.push(await gate.decide(request, decision, { by }));
    return decided;
  }
  return decideAnswers(
    gate,
    answers.map(({ request: { id, proposal }, decision }) => ({
      id,
      decision: flaw === "confirms-by-itself" && decision.type === "approve" ? confirmed(proposal.args, decision) : decision,
      ...(flaw === "signs-unseen" ? { digest: proposal.digest } : {}),
    })),
    { ...options, via: "mini" },
  );
}

/** With the value that nobody typed. */
function confirmed({ amount }: JsonObject, decision: Decision): Decision {
  return typeof amount === "number" ? { ...decision, type: "approve", confirm: amount } : decision;
}

async function requestFor(gate: Gate, threadId: string, callId: string): Promise<ApprovalRequest> {
  for (const request of (await gate.list({ threadId, order: "newest" })).items) {
    for await (const { type, data } of gate.history(request.id)) if (type === "asked" && data["callId"] === callId) return request;
  }
  throw new CountersignError("NATIVE_REFUSED", { threadId, reason: "nothing was asked under this id" });
}
