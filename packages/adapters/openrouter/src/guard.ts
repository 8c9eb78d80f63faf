import { isDeepStrictEqual } from "node:util";
import { CountersignError, isCountersignError } from "@countersign/core";
import { firstNonJson, type Execution } from "@countersign/core/adapter";
import type { RunnableTool, ToolContext } from "./kinds.ts";
import type { Cleared, Run } from "./run.ts";
import { madeOf } from "./same-args.ts";
import { demand, demandOutput, parse } from "./schema.ts";
import type { Call } from "./turn.ts";
import { isRecord, mustPause, passedKey } from "./waiting.ts";
import { passing } from "./within.ts";

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
    const isMeant = ofTheseArgs(tool, args);
    cleared = takeCleared(run, isMeant) ?? passedBefore(guarded, isMeant) ?? (await clearedLate(guarded));
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

async function execute(
  { gate, thread }: Run,
  tool: RunnableTool,
  { callId, args, parsed, recorded }: Cleared,
  effect: (args: unknown) => unknown,
): Promise<Execution<unknown>> {
  const { name, inputSchema } = tool.function;
  const carriedOut = (given: unknown): unknown => passing(gate, { tool: name, args: given }, () => effect(given));
  if (recorded) {
    let answer: unknown;
    const signed = async (made: unknown): Promise<unknown> =>
      demandOutput(tool, (answer = await carriedOut(await demand(inputSchema, made))));
    const execution = await thread.execute(recorded, signed, { parse: (made) => parse(inputSchema, made) });
    // What the output schema makes of the answer is on record, for a replay; the SDK makes it of the answer itself.
    return execution.status === "ran" && !execution.replayed ? { ...execution, result: answer } : execution;
  }
  // Nothing is recorded of it, so its turn only has to differ from all others.
  const call = { callId, turnId: crypto.randomUUID(), tool: name, args: isRecord(args) ? args : {} };
  return thread.execute(call, () => carriedOut(parsed), { fresh: true });
}

function ofTheseArgs({ function: { name } }: RunnableTool, args: unknown): (cleared: Cleared) => boolean {
  return ({ tool, parsed }) => tool === name && isDeepStrictEqual(parsed, args);
}

function takeCleared({ round }: Run, isMeant: (cleared: Cleared) => boolean): Cleared | undefined {
  const at = round.cleared.findIndex(isMeant);
  const [taken] = at < 0 ? [] : round.cleared.splice(at, 1);
  if (taken?.recorded) round.spent.push(taken);
  return taken;
}

function passedBefore({ run: { round }, tool, args }: Guarded, isMeant: (cleared: Cleared) => boolean): Cleared | undefined {
  const key = round.passed.size > 0 ? passedKey(tool.function.name, args) : undefined;
  const passed = key === undefined ? undefined : round.passed.get(key);
  return passed && isMeant(passed) ? passed : undefined;
}

/**
 * The SDK didn't ask before: `stopWhen` ended the run and its last calls are run all the same, or the application's own
 * predicate or hook stood in the way.
 * @throws Error for a call that waits: what the SDK saves next pauses the run
 */
async function clearedLate(guarded: Guarded): Promise<Cleared> {
  const { run, tool, args, context } = guarded;
  const { name, inputSchema } = tool.function;
  let isKnown = false;
  for (const call of openOf(run, name)) {
    if (!(await madeOf(inputSchema, call.args, args))) continue;
    isKnown = true;
    if (await mustPause(run, call, context ?? { numberOfTurns: 0 })) {
      run.round.turnedAway.add(call.id);
      throw new Error(WAITS);
    }
    const cleared = takeCleared(run, ({ callId }) => callId === call.id);
    if (cleared) return cleared;
  }
  const spent = run.round.spent.find(ofTheseArgs(tool, args));
  if (spent) return spent;
  if (!isKnown) await refuseChanged(guarded);
  if (isRecord(args) && !firstNonJson(args)) {
    const callId = crypto.randomUUID();
    if (run.thread.decidedByPolicy({ callId, tool: name, args })) return { callId, tool: name, args, parsed: args, recorded: undefined };
  }
  throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: run.round.turn && !isKnown ? changed(name) : UNASKED });
}
const WAITS = "This call waits for a person. It did not run.";
const UNASKED = "Nobody was asked: the run has another state than gateCall's. Spread gateCall(…) last into callModel.";

function openOf({ round }: Run, name: string): readonly Call[] {
  return round.turn?.open.filter(({ id, tool }) => tool === name && !round.turnedAway.has(id)) ?? [];
}

/**
 * The SDK doesn't say which call this was before a hook changed its arguments. As long as it may be one that somebody has signed or
 * has to sign, it isn't one that the policy lets pass.
 * @throws NOT_APPROVED, and whatever call it was stays open
 */
async function refuseChanged({
  run,
  tool: {
    function: { name },
  },
  context,
}: Guarded): Promise<void> {
  const { round } = run;
  const open = openOf(run, name);
  const waits = await Promise.all(open.map((call) => mustPause(run, call, context ?? { numberOfTurns: 0 })));
  const signed = round.cleared.filter(({ tool, recorded }) => tool === name && recorded);
  const bound = [...open.filter((_, index) => waits[index]).map(({ id }) => id), ...signed.map(({ callId }) => callId)];
  if (bound.length === 0 || takeCleared(run, ({ tool, recorded }) => tool === name && !recorded)) return;
  for (const id of bound) round.broken.add(id);
  throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: changed(name) });
}

/** For whoever runs the agent: a model couldn't mend it. */
export function changed(tool: string): string {
  return (
    `The arguments of ${tool} were changed after the model made the call, by a PreToolUse hook or a wrapper, and nobody was asked about ` +
    "the new ones. A hook may look at a call and block it. Change arguments with an edit, or in the tool's own schema."
  );
}
