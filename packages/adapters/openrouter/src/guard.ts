import { isDeepStrictEqual } from "node:util";
import { CountersignError, isCountersignError } from "@countersign/core";
import { firstNonJson, type Execution } from "@countersign/core/adapter";
import type { RunnableTool, ToolContext } from "./kinds.ts";
import type { Cleared, Run } from "./run.ts";
import { demand, parse } from "./schema.ts";
import { kept } from "./told.ts";
import { isRecord, mustPause } from "./waiting.ts";

/** A call at the last possible place: inside the tool's own function. */
export interface Guarded {
  readonly run: Run;
  readonly tool: RunnableTool;
  /** As the SDK parsed them. */
  readonly args: unknown;
  readonly context: ToolContext | undefined;
}

/**
 * The way into every effect that the SDK itself starts: only what was cleared runs, or what the policy alone lets pass.
 * @param effect gets the arguments as the tool's schema made them
 * @throws what the tool throws, and an Error for a call that doesn't run: the SDK makes the model's text of both
 */
export async function guard(guarded: Guarded, effect: (args: unknown) => unknown): Promise<unknown> {
  const { run, tool } = guarded;
  const { cleared, execution } = await executed(guarded, effect);
  if (execution.status === "refused") throw new Error(execution.message);
  if (execution.status === "failed") throw execution.error;
  if (execution.result === null && tool.function.onToolCalled) run.round.outside.add(cleared.callId);
  return execution.result;
}

interface Executed {
  readonly cleared: Cleared;
  readonly execution: Exclude<Execution<unknown>, { status: "pending" }>;
}

/** What must leave of the errors here ends the run with what the SDK saves next. */
async function executed(guarded: Guarded, effect: (args: unknown) => unknown): Promise<Executed> {
  const { run, tool, args } = guarded;
  let cleared: Cleared | undefined;
  try {
    cleared = takeCleared(run, tool, args) ?? (await clearedLate(guarded));
    const execution = await execute(run, tool, cleared, effect);
    if (execution.status === "pending") throw new CountersignError("NOT_APPROVED", { request: execution.request });
    return { cleared, execution };
  } catch (error) {
    if (!isCountersignError(error)) throw error;
    run.leaving ??= error;
    if (cleared) run.round.broken.add(cleared.callId);
    throw error;
  }
}

function execute(
  { thread }: Run,
  tool: RunnableTool,
  { callId, args, parsed, recorded }: Cleared,
  effect: (args: unknown) => unknown,
): Promise<Execution<unknown>> {
  if (recorded)
    return thread.execute(recorded, async (signed) => effect(await demand(tool.function.inputSchema, signed)), {
      encode: kept,
    });
  // Nothing is recorded of it, so its turn only has to differ from all others.
  const call = { callId, turnId: crypto.randomUUID(), tool: tool.function.name, args: isRecord(args) ? args : {} };
  return thread.execute(call, () => effect(parsed), { fresh: true });
}

function takeCleared({ round }: Run, { function: { name } }: RunnableTool, args: unknown): Cleared | undefined {
  const at = round.cleared.findIndex(({ tool, parsed }) => tool === name && isDeepStrictEqual(parsed, args));
  const [taken] = at < 0 ? [] : round.cleared.splice(at, 1);
  if (taken?.recorded) round.spent.push(taken);
  return taken;
}

/**
 * The SDK didn't ask before: `stopWhen` ended the run and its last calls are run all the same, or the application's own
 * predicate or hook stood in the way.
 * @throws Error for a call that waits: what the SDK saves next pauses the run
 */
async function clearedLate(guarded: Guarded): Promise<Cleared> {
  const { run, tool, args, context } = guarded;
  const { name, inputSchema } = tool.function;
  for (const call of run.round.turn?.open ?? []) {
    if (call.tool !== name || run.round.turnedAway.has(call.id)) continue;
    const parsed = await parse(inputSchema, call.args);
    if ("issues" in parsed || !isDeepStrictEqual(parsed.value, args)) continue;
    if (await mustPause(run, call, context ?? { numberOfTurns: 0 })) {
      run.round.turnedAway.add(call.id);
      throw new Error(WAITS);
    }
    const cleared = takeCleared(run, tool, args);
    if (cleared) return cleared;
  }
  const spent = run.round.spent.find(({ tool: its, parsed }) => its === name && isDeepStrictEqual(parsed, args));
  if (spent) return spent;
  if (isRecord(args) && !firstNonJson(args)) {
    const callId = crypto.randomUUID();
    if (run.thread.decidedByPolicy({ callId, tool: name, args })) return { callId, tool: name, args, parsed: args, recorded: undefined };
  }
  throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: UNASKED });
}
const WAITS = "This call waits for a person. It did not run.";
const UNASKED =
  "Nobody was asked about it: its arguments were changed after the model made the call, or the run has another state than gateCall's.";
