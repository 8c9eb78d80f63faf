import { AsyncLocalStorage } from "node:async_hooks";
import type { CountersignError, Gate, ThreadRef } from "@countersign/core";
import { currentThread, openThread, outsideThread, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { Agent, RunContext, RunState } from "@openai/agents";

/**
 * The SDK's hooks don't say which model response a call belongs to. A call is found by the agents it is nested in, as the
 * ids of the calls that run them, and its own id: no two open calls of a run share that.
 */
export type Path = readonly string[];

/** A call that the SDK stopped for, and that may go on now to be executed under its record. */
export interface Ticket {
  readonly path: Path;
  readonly call: ProposedCall;
  /** Whose call it is, once it may go on: guardrails are told. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
  readonly agent?: Agent<any, any>;
}

/** What a run that the SDK stopped waits for. */
export interface Pause {
  /** In the order of the state's interruptions; null for a call that the SDK itself refuses, because its arguments can't be read. */
  readonly asked: readonly (Ticket | null)[];
  /** The calls under which nested agents wait. */
  readonly carrying: readonly Ticket[];
}

/** One run of an agent on one thread, as far as the gate is concerned. */
export interface Run {
  readonly gate: Gate;
  readonly thread: Thread;
  /** What the SDK goes on with. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
  state?: RunState<any, any>;
  /** What this run runs was proposed before its eyes; else only what has a ticket may run. */
  witnessed: boolean;
  /** Without a runner: the SDK's context in which it seems to begin. Until a model's answer is counted there, it may have been restored. */
  begins?: RunContext | undefined;
  /** A runner ends the run when a reviewer says so. */
  readonly driven: boolean;
  /** The application has words of its own for calls that were rejected without any, or may have. */
  readonly speaks: boolean;
  readonly tickets: Ticket[];
  /** Those that were taken: something around a tool may call it again, and then gets the recorded result. */
  readonly spent: Ticket[];
  /** The calls that were stopped for: whatever the policy says later, they need a ticket. */
  readonly stopped: Set<string>;
  /** Those of them that the tool itself asks about, too. */
  readonly askedByTool: Set<string>;
  /** Agents whose other tools were looked at. */
  readonly looked: Set<object>;
  /** Actions that the policy alone lets pass. */
  readonly passed: { readonly callId: string; readonly deed: string }[];
  /** An error that must leave the SDK, which would tell it to a model as tool text. */
  leaving?: CountersignError | undefined;
}

/** Where in a run a hook is called. */
export interface Scope {
  readonly run: Run;
  readonly path: Path;
  /** A call of the nested agent that runs here was stopped for: the agent pauses. */
  pauses: boolean;
  /** What must leave the SDK of an error in here, which the agent's tool would tell as text. A sibling's error is not among it. */
  leaving?: CountersignError | undefined;
}

/** Whose call it is, outside a runner. */
export type Who = ThreadRef | ((context: RunContext) => ThreadRef);

const nested: AsyncLocalStorage<Scope> = new AsyncLocalStorage();
const driven = new WeakMap<Thread, Scope>();
/** Without a runner the SDK's own context object stands for the run. */
const byContext = new WeakMap<object, Map<Gate, Scope>>();

/** A runner announces its run before the SDK begins. */
export function beginRun(gate: Gate, thread: Thread, speaks: boolean): Run {
  const run: Run = { ...empty(gate, thread), witnessed: true, driven: true, speaks };
  driven.set(thread, { run, path: [], pauses: false });
  return run;
}

/** Runs the effect of a call: what it calls in turn is nested in it. */
export function within<T>(scope: Scope, callId: string, work: (scope: Scope) => T): T {
  const inner: Scope = { run: scope.run, path: [...scope.path, callId], pauses: false };
  return nested.run(inner, () => work(inner));
}

/** @throws THREAD_UNKNOWN for a call outside any thread */
export function scopeOf(gate: Gate, tool: string, who: Who | undefined, context: RunContext | undefined): Scope {
  const around = surrounding(gate);
  if (who === undefined) {
    if (around) return around;
    throw outsideThread(tool);
  }
  const ref = typeof who === "function" ? who(context ?? unknownContext(tool)) : who;
  if (around?.run.thread.id === ref.threadId) return around;
  return context ? ownScope(gate, ref, context, isUntouched(context)) : newScope(gate, ref, undefined);
}

/** The state that an application goes on with: only what has a ticket may run in it, until the model answers again. */
export function scopeOfState(gate: Gate, ref: ThreadRef, context: RunContext): Scope {
  return ownScope(gate, ref, context, false);
}

export function keyOf(path: Path, callId: string): string {
  return JSON.stringify([...path, callId]);
}

/** Takes the ticket of exactly this call, or finds it again. */
export function takeTicket(
  { run: { tickets, spent }, path }: Scope,
  { callId, namespace, tool }: Pick<ProposedCall, "callId" | "namespace" | "tool">,
): Ticket | undefined {
  const place = keyOf(path, callId);
  const isIts = ({ path: its, call }: Ticket): boolean =>
    keyOf(its, call.callId) === place && call.namespace === namespace && call.tool === tool;
  const at = tickets.findIndex(isIts);
  if (at < 0) return spent.find(isIts);
  const taken = tickets.splice(at, 1);
  spent.push(...taken);
  return taken[0];
}

/** The model is asked: whatever was stopped for before, the SDK has settled without a pause, by a guardrail of its own. */
export function beginTurn(gate: Gate): void {
  const scope = surrounding(gate);
  if (scope) scope.pauses = false;
}

/** A tool may run another agent, under another gate or on a thread of its own. */
function surrounding(gate: Gate): Scope | undefined {
  const thread = currentThread();
  const scope = nested.getStore();
  const root = thread && driven.get(thread);
  const found = scope && (!root || scope.run === root.run) ? scope : root;
  return found?.run.gate === gate ? found : undefined;
}

function ownScope(gate: Gate, ref: ThreadRef, context: RunContext, begins: boolean): Scope {
  const scopes = byContext.get(context) ?? new Map<Gate, Scope>();
  byContext.set(context, scopes);
  const known = scopes.get(gate);
  if (known?.run.thread.id === ref.threadId) return known;
  const scope = newScope(gate, ref, begins ? context : undefined);
  scopes.set(gate, scope);
  return scope;
}

function newScope(gate: Gate, ref: ThreadRef, begins: RunContext | undefined): Scope {
  const thread = openThread(gate, { ...ref, framework: FRAMEWORK });
  const run: Run = { ...empty(gate, thread), witnessed: begins !== undefined, begins, driven: false, speaks: true };
  return { run, path: [], pauses: false };
}

/**
 * Did this process see the model propose what the SDK asks about? A run that was restored into a new context looks like one that
 * begins, and so does one whose model counts no requests: if the call waits in its thread, it was proposed before.
 */
export async function sawProposed({ witnessed, begins, thread }: Run, callId: string): Promise<boolean> {
  if (!witnessed || !begins || !isUntouched(begins)) return witnessed;
  return !(await thread.unexecuted()).some((request) => request.callId === callId);
}

/** Its calls have been compared with the store: from now on whatever the SDK asks about is new. */
export function witness(run: Run): void {
  run.begins = undefined;
  run.witnessed = true;
}

/** A restored run has had answers from the model already. */
function isUntouched({ usage }: RunContext): boolean {
  return usage.requests === 0;
}

function empty(gate: Gate, thread: Thread): Omit<Run, "witnessed" | "begins" | "driven" | "speaks"> {
  return { gate, thread, tickets: [], spent: [], stopped: new Set(), askedByTool: new Set(), looked: new Set(), passed: [] };
}

function unknownContext(tool: string): never {
  throw outsideThread(tool);
}

export const FRAMEWORK = "openai-agents";
