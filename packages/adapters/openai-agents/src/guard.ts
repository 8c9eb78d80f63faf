import { CountersignError, isCountersignError, type JsonObject } from "@countersign/core";
import type { Execution, ParseArgs, ProposedCall } from "@countersign/core/adapter";
import { revealingFailure, toldBy, ToolFailed } from "./failure.ts";
import { keyOf, sawProposed, takeTicket, within, type Scope, type Ticket } from "./run.ts";

/** What came of a guarded call, for the tool's caller. */
export type Guarded =
  | { readonly status: "ran"; readonly output: unknown; readonly notice: string | undefined }
  /** It did not run, or it failed, now or when it ran: what the model is told. */
  | { readonly status: "refused" | "failed"; readonly told: unknown };

/** A call that may be executed, and how. */
export interface Entry extends Pick<Ticket, "call" | "agent"> {
  readonly fresh: boolean;
}

/** What the SDK does with the tool beside calling it. */
interface Tool {
  /** It runs an agent, whose pause is that of the call. */
  readonly runsAgent?: boolean;
  /** Reads its arguments. */
  readonly parse?: ParseArgs | undefined;
  /** Calls it off. */
  readonly signal?: AbortSignal | undefined;
}

/** A nested agent waits: the call that runs it is under way, and goes on under the same signature. */
class NestedPause extends Error {
  readonly output: unknown;

  constructor(output: unknown) {
    super("a nested agent waits for a decision");
    this.output = output;
  }
}

/**
 * The way into every effect. `effect` gets the arguments that were signed, or those that the policy alone allows.
 * @throws NOT_APPROVED for a call that somebody has to be asked about and nobody was, or whose reviewer stopped the run;
 * what execute throws; and what a tool throws that has no errorFunction
 */
export async function guard(
  scope: Scope,
  entry: Entry | undefined,
  effect: (args: JsonObject) => unknown,
  { runsAgent = false, ...tool }: Tool = {},
): Promise<Guarded> {
  throwLeaving(scope);
  const nested = (args: JsonObject): Promise<unknown> =>
    within(scope, entry?.call.callId ?? "", async (inner) => {
      const run = (): Promise<unknown> => revealingFailure(() => effect(args));
      return runsAgent ? ofAgent(run, inner) : run();
    });
  const execution = await executed(scope, entry, nested, tool);
  switch (execution.status) {
    case "ran":
      return { status: "ran", output: execution.result, notice: execution.notice };
    case "refused":
      return { status: "refused", told: execution.message };
    case "failed": {
      const { error, replayed } = execution;
      if (error instanceof ToolFailed) return { status: "failed", told: error.told };
      if (!replayed) throw error;
      return { status: "failed", told: toldBy(error instanceof Error ? error.message : String(error)) };
    }
  }
}

/** What is thrown here leaves the SDK, and nothing more is run in it. */
async function executed(
  scope: Scope,
  entry: Entry | undefined,
  effect: (args: JsonObject) => Promise<unknown>,
  tool: Pick<Tool, "parse" | "signal">,
): Promise<Exclude<Execution<unknown>, { status: "pending" }>> {
  const { run } = scope;
  const paused = (error: unknown): boolean => error instanceof NestedPause;
  try {
    if (!entry) throw new CountersignError("NOT_APPROVED", { request: undefined });
    const execution = await run.thread.execute(entry.call, effect, { ...tool, paused, fresh: entry.fresh });
    if (execution.status === "pending") throw new CountersignError("NOT_APPROVED", { request: execution.request });
    const stops = execution.status === "refused" && execution.then === "stop";
    if (stops && !run.driven) throw new CountersignError("NOT_APPROVED", { request: undefined }, STOPPED);
    return execution;
  } catch (error) {
    if (error instanceof NestedPause) return { status: "ran", result: error.output, args: {}, notice: undefined, replayed: false };
    if (!isCountersignError(error)) throw error;
    run.leaving ??= error;
    scope.leaving ??= error;
    throw error;
  }
}
const STOPPED = { note: "Its reviewer stopped the run." };

/** An error that the SDK has told to a model as tool text all the same ends the run at the next call. */
export function throwLeaving(scope: Scope): void {
  const { leaving } = scope.run;
  if (!leaving) return;
  scope.leaving ??= leaving;
  throw leaving;
}

/**
 * An agent's tool answers with text when its run throws, and also when that pauses: what must leave goes before whatever it
 * answers.
 * @throws NestedPause
 */
async function ofAgent(tool: () => Promise<unknown>, scope: Scope): Promise<unknown> {
  const output = await tool().catch((error: unknown) => {
    throw scope.leaving ?? error;
  });
  if (scope.leaving) throw scope.leaving;
  if (scope.pauses) throw new NestedPause(output);
  return output;
}

/**
 * The record under which a call runs, or the policy's word alone. Undefined: neither, and so it doesn't.
 * @param proposed without an id: the application calls the tool by hand, and no model has proposed it
 */
export async function entryOf(scope: Scope, { callId: id, ...rest }: Proposed): Promise<Entry | undefined> {
  const { run, path } = scope;
  const proposed = { ...rest, callId: id ?? crypto.randomUUID() };
  const ticket = takeTicket(scope, proposed);
  if (ticket) return { ...ticket, fresh: false };
  if (run.stopped.has(keyOf(path, proposed.callId)) || !run.thread.decidedByPolicy(proposed)) return undefined;
  const isSeen = id === undefined ? run.witnessed : await sawProposed(run, id);
  // Nothing is recorded of it, so its turn only has to differ from all others.
  return isSeen ? { call: { ...proposed, turnId: crypto.randomUUID() }, fresh: true } : undefined;
}
type Proposed = Omit<ProposedCall, "turnId" | "callId"> & { readonly callId: string | undefined };
