import type { ApprovalRequest } from "@countersign/core";
import type { Thread } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { callsAt, isQuestion, partsOf } from "./turn.ts";

/**
 * The messages without what their last turn says of calls that wait or may still run. The SDK shows a page a result before
 * the model is told, also where an error leaves it instead; whoever keeps that page would have the call for answered.
 */
export async function believed(thread: Thread, messages: ModelMessage[]): Promise<ModelMessage[]> {
  const at = messages.findLastIndex(({ role }) => role === "assistant");
  const questions = messages.slice(at).slice(0, 1).flatMap(partsOf).filter(isQuestion);
  const results = messages
    .slice(at + 1)
    .flatMap(partsOf)
    .filter(({ type }) => type === "tool-result");
  if (questions.length === 0 || results.length === 0) return messages;
  const unanswered = new Set<string>();
  for (const call of callsAt(messages, at, "questions")) {
    const question = questions.find(({ toolCallId }) => toolCallId === call.callId);
    const request = question && (await thread.recorded(call));
    if (question && request && isOpen(request)) for (const id of [call.callId, question.approvalId]) unanswered.add(id);
  }
  if (unanswered.size === 0) return messages;
  return messages.flatMap((message, index): ModelMessage[] => {
    if (index <= at || message.role !== "tool") return [message];
    const content = message.content.filter((part) => !unanswered.has(part.type === "tool-result" ? part.toolCallId : part.approvalId));
    return content.length > 0 ? [{ ...message, content }] : [];
  });
}

function isOpen({ status, execution }: ApprovalRequest): boolean {
  return status === "pending" || (status === "approved" && execution !== "done" && execution !== "failed");
}
