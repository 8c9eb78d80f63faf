import type { Gate } from "@countersign/core";
import { isUnexecuted, leftOpen, NO_RESULT } from "@countersign/core/adapter";
import { RemoveMessage, ToolMessage, type AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { REMOVE_ALL_MESSAGES } from "@langchain/langgraph";
import { refusalMessage } from "./answer.ts";
import { toldOutput } from "./guard.ts";
import type { Invocation } from "./invocation.ts";
import { decode, restore } from "./receipt.ts";
import { openTurn, proposedCall, type Turn } from "./turn.ts";

/**
 * Providers refuse a conversation with unanswered calls, so each gets an answer when a new input comes or a reviewer ends the
 * run: what is recorded of it, or that it did not run. Nothing runs here.
 */
export async function answerToOpenCall({ thread }: Invocation, turnId: string, from: ToolCall): Promise<ToolMessage> {
  const left = await leftOpen(thread, proposedCall(turnId, from), { decode });
  if (left.status !== "ran") return refusalMessage(from, left.message);
  const output = await restore(left.result, from.id).catch(() => undefined);
  const told = toldOutput({ status: "ran", output, notice: left.notice }, from);
  return "tool_call_id" in told ? told : refusalMessage(from, NO_RESULT);
}

/** A new input came while calls were open: requests that nobody has executed are withdrawn. */
export async function answersToOpenCalls(gate: Gate, invocation: Invocation, { turnId, open }: Turn): Promise<readonly ToolMessage[]> {
  return Promise.all(
    open.map(async (call) => {
      const request = await invocation.thread.recorded(proposedCall(turnId, call));
      const answer = await answerToOpenCall(invocation, turnId, call);
      if (request && isUnexecuted(request)) await gate.cancel(request.id, { by: WITHDRAWER, reason: "a new input came instead" });
      return answer;
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
