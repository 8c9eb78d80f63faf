import { approve, CountersignError, reject, type ApprovalRequest, type Gate, type Principal } from "@countersign/core";
import type { DecideNative } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { FRAMEWORK, threadOf } from "./invocation.ts";
import { openTurn, proposedCalls } from "./turn.ts";

/** A `tool-approval-response`, as every UI of the SDK sends it. */
interface Response {
  readonly approvalId: string;
  readonly approved: boolean;
  readonly reason?: string | undefined;
}
type Refuse = (reason: string) => never;

/**
 * An existing UI's own answers, accepted as decisions by an authenticated person. All are checked before the first is
 * recorded.
 * @param options.messages with your own loop: the messages that the answers are about. The ids that a runner's chat shows
 * name their requests themselves.
 * @throws NATIVE_REFUSED for stale, contradictory or unknown answers, with the pause unchanged; and what `gate.decide` throws
 */
export const decideNative: DecideNative<readonly Response[], { readonly messages?: readonly ModelMessage[] | undefined }> = async (
  gate,
  responses,
  { threadId, by, via = FRAMEWORK, messages },
) => {
  const refuse: Refuse = (reason) => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason });
  };
  if (responses.length === 0) refuse("it answers nothing");
  if (new Set(responses.map(({ approvalId }) => approvalId)).size < responses.length) refuse("it answers one call twice");
  const requests = await Promise.all(
    responses.map(async ({ approvalId }) =>
      checked(await requestFor(gate, threadId, approvalId, messages), { threadId, approvalId, by }, refuse),
    ),
  );
  const decided: ApprovalRequest[] = [];
  for (const [index, { approved, reason }] of responses.entries()) {
    const request = requests[index];
    if (request) decided.push(await gate.decide(request, approved ? approve() : reject(reason), { by, via }));
  }
  return decided;
};

async function requestFor(
  gate: Gate,
  threadId: string,
  approvalId: string,
  messages: readonly ModelMessage[] | undefined,
): Promise<ApprovalRequest | undefined> {
  const turn = messages && openTurn(messages);
  if (!turn) return gate.get(approvalId);
  const index = turn.open.findIndex((call) => call.approvalId === approvalId);
  const call = proposedCalls(messages, turn)[index];
  return call && threadOf(gate, { threadId }).recorded(call);
}

function checked(
  request: ApprovalRequest | undefined,
  { threadId, approvalId, by }: { readonly threadId: string; readonly approvalId: string; readonly by: Principal },
  refuse: Refuse,
): ApprovalRequest {
  if (!request || request.threadId !== threadId) return refuse(`nothing is asked under ${approvalId} in this thread`);
  const { id, status, proposal, decisions } = request;
  // The same person pressing the button again is no news; core knows whether it is the same vote.
  const again = decisions.some((record) => record.by.id === by.id);
  if (status !== "pending" && !again) return refuse(`request ${id} is ${status} already`);
  if (proposal.by !== undefined && !again) return refuse(`the arguments of request ${id} were edited after they were shown`);
  return request;
}
