import type { Gate } from "@countersign/core";
import { isUnexecuted } from "@countersign/core/adapter";
import { RemoveMessage, ToolMessage, type AIMessage, type BaseMessage } from "@langchain/core/messages";
import { REMOVE_ALL_MESSAGES } from "@langchain/langgraph";
import { refusalMessage } from "./answer.ts";
import type { Invocation } from "./invocation.ts";
import { answerFrom, isUnknown, standingOf } from "./standing.ts";
import { openTurn, type Turn } from "./turn.ts";

const SUPERSEDED = "The user wrote something else instead. This call did not run.";
/** Allowed calls are not recorded: one may have run, and its process died. */
const NO_RESULT = "The user wrote something else instead. No result of this call is known.";
const UNKNOWN = "It is unknown whether this call ran. A person is looking into it; do not repeat it.";

/**
 * A new input came while calls were open. Providers refuse a conversation with unanswered calls, so each gets an answer:
 * what is recorded of it, or that it did not run. Its request, if nobody has executed it, is withdrawn. Undefined: there
 * is nothing to answer.
 */
export async function answersToOpenCalls(gate: Gate, invocation: Invocation, turn: Turn): Promise<readonly ToolMessage[]> {
  return Promise.all(
    turn.open.map(async (call) => {
      try {
        const standing = await standingOf(invocation, turn.turnId, call);
        const request = standing.status === "not run" ? standing.request : undefined;
        if (request && isUnexecuted(request)) await gate.cancel(request.id, { by: WITHDRAWER, reason: "a new input came instead" });
        const otherwise = request ? SUPERSEDED : NO_RESULT;
        return answerFrom(standing, call, otherwise) ?? refusalMessage(call, otherwise);
      } catch (error) {
        if (isUnknown(error)) return refusalMessage(call, UNKNOWN);
        throw error;
      }
    }),
  );
}
const WITHDRAWER = { id: "countersign", kind: "service" } as const;

/** A conversation as it shall be given to the model. */
export interface Repair {
  readonly messages: BaseMessage[];
  /** What makes the graph's state the same, when the model has answered. */
  update(answer: AIMessage): { readonly messages: BaseMessage[] };
}

/** Puts the answers where providers want them: right behind the message that made the calls. */
export async function repairOf(gate: Gate, invocation: Invocation, messages: readonly BaseMessage[]): Promise<Repair | undefined> {
  const turn = openTurn(messages);
  if (!turn) return undefined;
  const at = messages.indexOf(turn.message) + 1;
  // Nothing came instead of the answers: whoever runs the agent like this wants the calls to run.
  if (messages.slice(at).every((message) => ToolMessage.isInstance(message))) return undefined;
  const answers = await answersToOpenCalls(gate, invocation, turn);
  const repaired = [...messages.slice(0, at), ...answers, ...messages.slice(at)];
  return {
    messages: repaired,
    update: (answer) => ({ messages: [new RemoveMessage({ id: REMOVE_ALL_MESSAGES }), ...repaired, answer] }),
  };
}
