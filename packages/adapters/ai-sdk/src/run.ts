import type { CountersignError, Gate, ThreadRef } from "@countersign/core";
import { currentThread, openThread, outsideThread, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { ModelMessage, ToolSet } from "ai";
import { openTurn, proposedCalls, type OpenCall } from "./turn.ts";

export const FRAMEWORK = "ai-sdk";

/** What the SDK hands to a tool's functions. Version 6 calls its context by another name. */
export interface CallOptions {
  readonly toolCallId: string;
  readonly messages: ModelMessage[];
  /** Calls the tool off: with the whole run, with its step, or by a timeout of its own. */
  readonly abortSignal?: AbortSignal | undefined;
  readonly context?: unknown;
  readonly experimental_context?: unknown;
}

/** Whose call it is, outside a runner. */
export type Who = ThreadRef | ((options: CallOptions) => ThreadRef);

/** One run of the SDK on one thread, as far as the gate is concerned. */
export interface Run {
  readonly gate: Gate;
  readonly thread: Thread;
  /** What the model is offered, under a runner: an agent may choose it anew for each run. */
  tools: ToolSet;
  /** The calls of the turn that a runner goes on with, by id. */
  readonly restored: Map<string, ProposedCall>;
  /** What calls came to that this run found open, by call id: for the chat. The SDK tells of later ones itself. */
  readonly outputs: Map<string, unknown>;
  /** What the policy refused: for the chat. */
  readonly refusals: Refusal[];
  /** An error that must leave the SDK, which would make tool text of it. */
  leaving?: CountersignError | undefined;
}

/** A call that the policy refused, and what the model was told of it. */
export interface Refusal {
  readonly toolCallId: string;
  readonly message: string;
}

/** By its text as well: models use call ids again. Version 7 writes the error's name before it. */
export function refusalOf(refusals: readonly Refusal[], toolCallId: string, text: string): Refusal | undefined {
  return refusals.find((refusal) => refusal.toolCallId === toolCallId && text.endsWith(refusal.message));
}

const driven = new WeakMap<Thread, Run>();

/** A runner announces its run before the SDK begins. */
export function beginRun(gate: Gate, thread: Thread, { tools, refusals = [] }: { tools: ToolSet; refusals?: Refusal[] | undefined }): Run {
  const run = { ...newRun(gate, thread), tools, refusals };
  driven.set(thread, run);
  return run;
}

/** Outside a runner: a turn that the model has just produced, by the very messages that it was produced from. */
const turns = new WeakMap<object, { readonly ref: ThreadRef; readonly run: Run }>();

/**
 * The run that this hook belongs to. Outside a runner it is one turn; of a turn that was restored nothing is kept from hook
 * to hook, so that what was decided is read each time.
 * @throws THREAD_UNKNOWN for a call outside any thread
 */
export function runOf(gate: Gate, tool: string, who: Who | undefined, options: CallOptions): Run {
  const around = surrounding();
  const mine = around?.gate === gate ? around : undefined;
  if (who === undefined) {
    if (mine) return mine;
    throw outsideThread(tool);
  }
  const ref = typeof who === "function" ? who(options) : who;
  if (mine?.thread.id === ref.threadId) return mine;
  const known = turns.get(options.messages);
  if (known?.run.gate === gate && isSame(known.ref, ref)) return known.run;
  const run = newRun(gate, threadOf(gate, ref));
  if (!openTurn(options.messages)) turns.set(options.messages, { ref, run });
  return run;
}

function isSame(a: ThreadRef, b: ThreadRef): boolean {
  return a.threadId === b.threadId && a.requestedBy === b.requestedBy && a.context === b.context;
}

export function threadOf(gate: Gate, ref: ThreadRef): Thread {
  return openThread(gate, { ...ref, framework: FRAMEWORK });
}

/**
 * The call if it was proposed before this run of the SDK began. Undefined: the model has just made it, or the code of another
 * tool has, which passed on the options of its own call. The signature of that one is not good for this tool.
 */
export function restoredCall({ restored }: Run, tool: string, { toolCallId, messages }: CallOptions): ProposedCall | undefined {
  const turn = openTurn(messages);
  if (!turn || !openCall(messages, tool, toolCallId)) return undefined;
  return restored.get(toolCallId) ?? proposedCalls(messages, turn, "questions").find(({ callId }) => callId === toolCallId);
}

/** The arguments object that the SDK keeps of a call: something around the tool may have passed on a copy. */
export function sdkInput(tool: string, input: object, { toolCallId, messages }: CallOptions): object {
  const kept = openCall(messages, tool, toolCallId)?.input;
  return typeof kept === "object" && kept !== null ? kept : input;
}

function openCall(messages: readonly ModelMessage[], tool: string, toolCallId: string): OpenCall | undefined {
  return openTurn(messages)?.open.find((open) => open.id === toolCallId && open.tool === tool);
}

/** Are these the arguments of a call that a runner goes on with here? */
export function isBeingRestored(tool: string, args: object): boolean {
  const restored = [...(surrounding()?.restored.values() ?? [])].filter((call) => call.tool === tool);
  if (restored.length === 0) return false;
  const text = JSON.stringify(args);
  return restored.some((call) => JSON.stringify(call.args) === text);
}

/** The run that a runner drives here. */
export function surrounding(): Run | undefined {
  const thread = currentThread();
  return thread && driven.get(thread);
}

function newRun(gate: Gate, thread: Thread): Run {
  return { gate, thread, tools: {}, restored: new Map(), outputs: new Map(), refusals: [] };
}
