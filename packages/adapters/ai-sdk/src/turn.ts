import type { JsonObject } from "@countersign/core";
import { turnIdOf, type ProposedCall } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";

/** A call that has no result yet. */
export interface OpenCall {
  readonly id: string;
  readonly tool: string;
  readonly input: unknown;
  /** Of the SDK's own question about it, if the SDK stopped for it. */
  readonly approvalId: string | undefined;
  readonly providerExecuted: boolean;
}

/** The last model response of a conversation, while some of its calls have no result. */
export interface Turn {
  /** Where its message stands. */
  readonly at: number;
  readonly open: readonly OpenCall[];
  /** Something else than results stands behind it. */
  readonly passed: boolean;
}

type Part = Extract<Exclude<ModelMessage["content"], string>[number], { type: string }>;

export function partsOf({ content }: ModelMessage): readonly Part[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** Only what stands behind a message answers its calls: models use call ids again. */
export function openTurn(messages: readonly ModelMessage[]): Turn | undefined {
  const at = messages.findLastIndex(({ role }) => role === "assistant");
  const message = messages[at];
  if (!message) return undefined;
  const parts = partsOf(message);
  const calls = parts.filter((part) => part.type === "tool-call");
  if (calls.length === 0) return undefined;
  const later = messages.slice(at + 1);
  const results = [...parts, ...later.flatMap(partsOf)].filter((part) => part.type === "tool-result");
  const answered = new Set(results.map(({ toolCallId }) => toolCallId));
  const asked = new Map(
    parts.flatMap((part) => (part.type === "tool-approval-request" && !part.isAutomatic ? [[part.toolCallId, part.approvalId]] : [])),
  );
  const open = calls
    .filter(({ toolCallId }) => !answered.has(toolCallId))
    .map(({ toolCallId, toolName, input, providerExecuted }) => ({
      id: toolCallId,
      tool: toolName,
      input,
      approvalId: asked.get(toolCallId),
      providerExecuted: providerExecuted === true,
    }));
  return open.length > 0 ? { at, open, passed: later.some(({ role }) => role !== "tool") } : undefined;
}

/** The open calls of a turn as they are gated and signed. */
export function proposedCalls(messages: readonly ModelMessage[], { at, open }: Turn): readonly ProposedCall[] {
  const turnId = turnIdAt(messages, at);
  return open.map(({ id, tool, input }) => ({ turnId, callId: id, tool, args: input as JsonObject }));
}

/** All calls of the message that stands there, as they were gated and signed. */
export function callsAt(messages: readonly ModelMessage[], at: number): readonly ProposedCall[] {
  const calls = messages
    .slice(at, at + 1)
    .flatMap(partsOf)
    .filter((part) => part.type === "tool-call");
  if (calls.length === 0) return [];
  const turnId = turnIdAt(messages, at);
  return calls.map(({ toolCallId, toolName, input }) => ({ turnId, callId: toolCallId, tool: toolName, args: input as JsonObject }));
}

function turnIdAt(messages: readonly ModelMessage[], at: number): string {
  return turnIdOf(messages.slice(0, at).flatMap(essence));
}

/**
 * What of a message is the same in every form that a conversation is kept in. Results are left out: what the model is told
 * of them may be composed anew.
 */
function essence(message: ModelMessage): readonly unknown[] {
  if (message.role !== "user" && message.role !== "assistant") return [];
  return partsOf(message).flatMap((part): readonly unknown[] => {
    if (part.type === "text") return part.text === "" ? [] : [[message.role, part.text]];
    return part.type === "tool-call" ? [[part.toolCallId, part.toolName, part.input]] : [];
  });
}
