import { approve, CountersignError, reject, type Gate } from "@countersign/core";
import { decideAnswers, requestIdFor, type DecideNative, type NativeAnswer } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { z } from "zod";
import { FRAMEWORK } from "./invocation.ts";
import { openTurn, proposedCalls } from "./turn.ts";

/** A `tool-approval-response`, as every UI of the SDK sends it. */
interface Response {
  readonly approvalId: string;
  readonly approved: boolean;
  readonly reason?: string | undefined;
}
const responsesSchema: z.ZodType<readonly Response[]> = z.array(
  z.object({ approvalId: z.string(), approved: z.boolean(), reason: z.string().optional() }),
);

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
  { threadId, by, via = FRAMEWORK, messages },
) => {
  const answers = responsesIn(threadId, responses).map((response) =>
    answerOf(response, requestIdOf(gate, threadId, response.approvalId, messages)),
  );
  return decideAnswers(gate, answers, { threadId, by, via });
};

/** What a client sends is anything until it is looked at. @throws NATIVE_REFUSED */
export function responsesIn(threadId: string, given: unknown): readonly Response[] {
  const parsed = responsesSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw refusal(threadId, `it is no list of approval responses (${z.prettifyError(parsed.error)})`);
}

/** `digest`: of the arguments that its sender was shown, where the answer says so. */
export function answerOf({ approved, reason }: Response, id: string, digest?: string): NativeAnswer {
  return { id, digest, decision: approved ? approve() : reject(reason) };
}

function requestIdOf(gate: Gate, threadId: string, approvalId: string, messages: readonly ModelMessage[] | undefined): string {
  const turn = messages && openTurn(messages);
  if (!turn) return approvalId;
  const call = proposedCalls(messages, turn)[turn.open.findIndex((open) => open.approvalId === approvalId)];
  if (!call) throw refusal(threadId, `the messages ask nothing under ${approvalId}`);
  return requestIdFor(gate, threadId, call);
}

function refusal(threadId: string, reason: string): CountersignError<"NATIVE_REFUSED"> {
  return new CountersignError("NATIVE_REFUSED", { threadId, reason });
}
