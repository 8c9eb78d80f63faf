import type { JsonObject } from "@countersign/core";
import { turnIdOf, type ProposedCall } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { editMarkOf } from "./edit-mark.ts";

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
  /** Behind its message and the results that stand there. */
  readonly end: number;
  /** Something else than results stands behind it. */
  readonly passed: boolean;
}

/** Does the SDK itself run it, once it may? */
export function isAsked({ approvalId, providerExecuted }: OpenCall): boolean {
  return approvalId !== undefined && !providerExecuted;
}

export type Part = Extract<Exclude<ModelMessage["content"], string>[number], { type: string }>;

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
  const behind = [...parts, ...later.flatMap(partsOf)];
  const answered = new Set(behind.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : [])));
  const responded = new Set(behind.flatMap((part) => (part.type === "tool-approval-response" ? [part.approvalId] : [])));
  const asked = new Map(parts.filter(isQuestion).map(({ toolCallId, approvalId }) => [toolCallId, approvalId]));
  const open = calls
    .filter(({ toolCallId }) => !answered.has(toolCallId))
    // The rest is the provider's: there may never be a result.
    .filter(({ toolCallId, providerExecuted }) => !providerExecuted || !responded.has(asked.get(toolCallId) ?? ""))
    .map(({ toolCallId, toolName, input, providerExecuted }) => ({
      id: toolCallId,
      tool: toolName,
      input,
      approvalId: asked.get(toolCallId),
      providerExecuted: providerExecuted === true,
    }));
  const results = later.findIndex(({ role }) => role !== "tool");
  const end = results < 0 ? messages.length : at + 1 + results;
  return open.length > 0 ? { at, open, end, passed: end < messages.length } : undefined;
}

/**
 * By what a turn is known again; call ids won't do, as models use them anew. A runner keeps what was said before, and one
 * that died early proposes the same turn again. A loop of the application's own may prune that or sum it up, but it keeps the
 * SDK's own questions, which have ids: it can't answer them otherwise.
 */
export type KnownBy = "history" | "questions";

/** The open calls of a turn as they are gated and signed. */
export function proposedCalls(messages: readonly ModelMessage[], { at, open }: Turn, by: KnownBy): readonly ProposedCall[] {
  const turnId = turnIdAt(messages, at, by);
  return open.map(({ id, tool, input }) => ({ turnId, callId: id, tool, args: input as JsonObject }));
}

/** All calls of the message that stands there, as they were gated and signed. */
export function callsAt(messages: readonly ModelMessage[], at: number, by: KnownBy): readonly ProposedCall[] {
  const calls = messages
    .slice(at, at + 1)
    .flatMap(partsOf)
    .filter((part) => part.type === "tool-call");
  if (calls.length === 0) return [];
  const turnId = turnIdAt(messages, at, by);
  return calls.map(({ toolCallId, toolName, input }) => ({ turnId, callId: toolCallId, tool: toolName, args: input as JsonObject }));
}

/** A turn without questions has nothing on record. */
function turnIdAt(messages: readonly ModelMessage[], at: number, by: KnownBy): string {
  const questions =
    by === "questions"
      ? messages
          .slice(at, at + 1)
          .flatMap(partsOf)
          .filter(isQuestion)
      : [];
  return turnIdOf(questions.length > 0 ? questions.map(({ approvalId }) => approvalId) : messages.slice(0, at).flatMap(essence));
}

/** A question of the SDK that a person answers. */
export function isQuestion(part: Part): part is Extract<Part, { type: "tool-approval-request" }> {
  return part.type === "tool-approval-request" && !part.isAutomatic;
}

/**
 * What of a message is the same in every form that a conversation is kept in. Results are left out: what the model is told
 * of them may be composed anew.
 */
function essence(message: ModelMessage): readonly unknown[] {
  if (message.role !== "user" && message.role !== "assistant") return [];
  const mark = editMarkOf(message);
  // A user who takes back a change has said the same as before: what was asked then is not what is asked now.
  const edited = mark ? [["edit", mark.edit]] : [];
  const said = partsOf(message).flatMap((part): readonly unknown[] => {
    if (part.type === "text") return part.text === "" ? [] : [[message.role, part.text]];
    return part.type === "tool-call" ? [[part.toolCallId, part.toolName, part.input]] : [];
  });
  return [...edited, ...said];
}
