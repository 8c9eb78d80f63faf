import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "@countersign/core";
import { turnIdOf, type ProposedCall } from "@countersign/core/adapter";
import type { ConversationState } from "@openrouter/agent";

/** Of an item in a conversation, what this adapter reads. */
export interface Item {
  readonly type?: string | undefined;
  readonly role?: string | undefined;
  readonly id?: string | null | undefined;
  readonly callId?: string | undefined;
  readonly name?: string | undefined;
  readonly arguments?: string | undefined;
  readonly content?: unknown;
  readonly output?: unknown;
}

/** A call as the model made it. */
export interface Call {
  readonly id: string;
  readonly tool: string;
  /** A string: the model wrote something that isn't JSON. */
  readonly args: unknown;
}

/** The last model response that made calls. */
export interface Turn {
  readonly calls: readonly Call[];
  /** Those that have no output yet. */
  readonly open: readonly Call[];
  /** Where its first item stands. */
  readonly start: number;
  /** Behind the last of its items and outputs. */
  readonly end: number;
  /** The same in every process that restores the conversation. A hash of all that was said before. */
  id(): string;
}

export function itemsOf(messages: ConversationState["messages"] | undefined): readonly Item[] {
  if (messages === undefined) return [];
  return typeof messages === "string" ? [{ role: "user", content: messages }] : messages;
}

export function lastTurn(items: readonly Item[]): Turn | undefined {
  const last = items.findLastIndex(isCall);
  if (last < 0) return undefined;
  const start = items.findLastIndex((item, at) => at < last && !isSaid(item)) + 1;
  const calls = items
    .slice(start, last + 1)
    .filter(isCall)
    .map(callOf);
  const outputs = new Set(items.slice(start).flatMap((item) => (isOutput(item) ? [item.callId] : [])));
  const lastOutput = items.findLastIndex((item) => isOutput(item) && calls.some(({ id }) => id === item.callId));
  let id: string | undefined;
  return {
    calls,
    open: calls.filter((call) => !outputs.has(call.id)),
    start,
    end: Math.max(last, lastOutput) + 1,
    id: () => (id ??= turnIdOf(items.slice(0, start).flatMap(essence))),
  };
}

/** What was said before may be pruned or summed up while calls wait: it is the turn that was asked about, if it has those calls. */
export function asAsked(turn: Turn, asked: readonly ProposedCall[]): Turn {
  const [first] = asked;
  const isHere = ({ callId, tool, args }: ProposedCall): boolean =>
    turn.calls.some((call) => call.id === callId && call.tool === tool && isDeepStrictEqual(call.args, args));
  return first && asked.every(isHere) ? { ...turn, id: () => first.turnId } : turn;
}

/** Calls that nobody can read have no arguments that could be shown or signed. */
export function proposedCall(turn: Turn, { id, tool, args }: Call): ProposedCall {
  return { turnId: turn.id(), callId: id, tool, args: args as JsonObject };
}

/** As the SDK itself writes it. */
export function outputItem(callId: string, output: unknown): Item & { readonly output: unknown } {
  return { type: "function_call_output", id: `output_${callId}`, callId, output };
}

export function isOutput(item: Item): item is Item & { readonly callId: string } {
  return item.type === "function_call_output";
}

export function isCall(item: Item): item is Item & { readonly callId: string; readonly name: string; readonly arguments: string } {
  return item.type === "function_call";
}

/** By the model, in whatever form. */
export function isSaid(item: Item): boolean {
  return !isOutput(item) && (item.role === undefined || item.role === "assistant");
}

function callOf({ callId, name, arguments: text }: Item & { callId: string; name: string; arguments: string }): Call {
  return { id: callId, tool: name, args: parsed(text) };
}

/** As the SDK reads them: nothing at all is an empty object. */
function parsed(text: string): unknown {
  try {
    return text.trim() === "" ? {} : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** Outputs are left out: what the model is told of a result may be composed anew. */
function essence(item: Item): readonly unknown[] {
  if (isOutput(item)) return [];
  return isCall(item)
    ? [[item.callId, item.name, item.arguments]]
    : [[item.role ?? null, item.role ? null : (item.type ?? null), item.content ?? null]];
}
