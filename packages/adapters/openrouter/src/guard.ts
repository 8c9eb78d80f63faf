import { isDeepStrictEqual } from "node:util";
import { CountersignError, isCountersignError } from "@countersign/core";
import { firstNonJson, type Execution } from "@countersign/core/adapter";
import { isRecord, mustPause } from "./asking.ts";
import type { Cleared, Invocation } from "./invocation.ts";
import type { RunnableTool, ToolContext } from "./kinds.ts";
import { kept } from "./output.ts";
import { demand, parse } from "./parse.ts";

/** A call at the last possible place: inside the tool's own function. */
export interface Guarded {
  readonly invocation: Invocation;
  readonly tool: RunnableTool;
  /** As the SDK parsed them. */
  readonly args: unknown;
  readonly context: ToolContext | undefined;
}

/**
 * The way into every effect that the SDK itself starts: only what was cleared runs, or what the policy alone lets pass.
 * @param run gets the arguments as the tool's schema made them
 * @throws what the tool throws, and an Error for a call that doesn't run: the SDK makes the model's text of both
 */
export async function guard(guarded: Guarded, run: (args: unknown) => unknown): Promise<unknown> {
  const { invocation, tool } = guarded;
  const { cleared, execution } = await executed(guarded, run);
  if (execution.status === "refused") throw new Error(execution.message);
  if (execution.status === "failed") throw execution.error;
  if (execution.result === null && tool.function.onToolCalled) invocation.round.outside.add(cleared.callId);
  return execution.result;
}

interface Executed {
  readonly cleared: Cleared;
  readonly execution: Exclude<Execution<unknown>, { status: "pending" }>;
}

/** What must leave of the errors here ends the run with what the SDK saves next. */
async function executed(guarded: Guarded, run: (args: unknown) => unknown): Promise<Executed> {
  const { invocation, tool, args } = guarded;
  let cleared: Cleared | undefined;
  try {
    cleared = takeCleared(invocation, tool, args) ?? (await clearedLate(guarded));
    const execution = await execute(invocation, tool, cleared, run);
    if (execution.status === "pending") throw new CountersignError("NOT_APPROVED", { request: execution.request });
    return { cleared, execution };
  } catch (error) {
    if (!isCountersignError(error)) throw error;
    invocation.leaving ??= error;
    if (cleared) invocation.round.broken.add(cleared.callId);
    throw error;
  }
}

function execute(
  { thread }: Invocation,
  tool: RunnableTool,
  { callId, args, parsed, recorded }: Cleared,
  run: (args: unknown) => unknown,
): Promise<Execution<unknown>> {
  if (recorded)
    return thread.execute(recorded, async (signed) => run(await demand(tool.function.inputSchema, signed)), {
      encode: kept,
    });
  // Nothing is recorded of it, so its turn only has to differ from all others.
  const call = { callId, turnId: crypto.randomUUID(), tool: tool.function.name, args: isRecord(args) ? args : {} };
  return thread.execute(call, () => run(parsed), { fresh: true });
}

function takeCleared({ round }: Invocation, { function: { name } }: RunnableTool, args: unknown): Cleared | undefined {
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
  const { invocation, tool, args, context } = guarded;
  const { name, inputSchema } = tool.function;
  for (const call of invocation.round.turn?.open ?? []) {
    if (call.tool !== name || invocation.round.turnedAway.has(call.id)) continue;
    const parsed = await parse(inputSchema, call.args);
    if ("issues" in parsed || !isDeepStrictEqual(parsed.value, args)) continue;
    if (await mustPause(invocation, call, context ?? { numberOfTurns: 0 })) {
      invocation.round.turnedAway.add(call.id);
      throw new Error(WAITS);
    }
    const cleared = takeCleared(invocation, tool, args);
    if (cleared) return cleared;
  }
  const spent = invocation.round.spent.find(({ tool: its, parsed }) => its === name && isDeepStrictEqual(parsed, args));
  if (spent) return spent;
  if (isRecord(args) && !firstNonJson(args)) {
    const callId = crypto.randomUUID();
    if (invocation.thread.decidedByPolicy({ callId, tool: name, args }))
      return { callId, tool: name, args, parsed: args, recorded: undefined };
  }
  throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: UNASKED });
}
const WAITS = "This call waits for a person. It did not run.";
const UNASKED =
  "Nobody was asked about it: its arguments were changed after the model made the call, or the run has another state than gateCall's.";
