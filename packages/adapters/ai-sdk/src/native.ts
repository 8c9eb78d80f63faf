import type { Gate } from "@countersign/core";
import { decideAnswers, nativeOptions, requestIdFor, type DecideNative } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { answerOf, refusal, responsesIn, type Response } from "./native-answer.ts";
import { FRAMEWORK } from "./run.ts";
import { openTurn, proposedCalls } from "./turn.ts";

/**
 * An existing UI's own answers, accepted as decisions by an authenticated person: all of them in one write, or none.
 * @param options.messages with your own loop: the messages that the answers are about. The ids that a runner's chat shows
 * name their requests themselves.
 * @throws NATIVE_REFUSED for stale, contradictory, malformed or unknown answers, with the pause unchanged; and what
 * `gate.decide` throws
 */
export const decideNative: DecideNative<readonly Response[], { readonly messages?: readonly ModelMessage[] | undefined }> = async (
  gate,
  responses,
  options,
) => {
  const { threadId, by, via = FRAMEWORK, messages } = nativeOptions(gate, options, ["messages"]);
  const answers = responsesIn(threadId, responses).map((response) =>
    answerOf(response, requestIdOf(gate, threadId, response.approvalId, messages)),
  );
  return decideAnswers(gate, answers, { threadId, by, via });
};

function requestIdOf(gate: Gate, threadId: string, approvalId: string, messages: readonly ModelMessage[] | undefined): string {
  const turn = messages && openTurn(messages);
  if (!turn) return approvalId;
  const call = proposedCalls(messages, turn, "questions")[turn.open.findIndex((open) => open.approvalId === approvalId)];
  if (!call) throw refusal(threadId, `the messages ask nothing under ${approvalId}`);
  return requestIdFor(gate, threadId, call);
}
