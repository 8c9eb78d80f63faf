import { CountersignError, isCountersignError, type JsonObject } from "@countersign/core";
import type { Execution, ParseArgs } from "@countersign/core/adapter";
import { restoredCall, sdkInput, type CallOptions, type Run } from "./run.ts";
import { leaveFrom, NoResult, noteFor } from "./told.ts";
import { isInside } from "./within.ts";

/** A call at the last possible place: inside the tool's own execute. */
export interface Guarded {
  readonly run: Run;
  readonly tool: string;
  readonly input: object;
  readonly options: CallOptions;
  /** By the tool's own schema. */
  readonly parse: ParseArgs;
}

/**
 * The way into every effect: `effect` gets the arguments that were signed. An error that must not become text for the model is
 * kept back until the SDK makes that text, and leaves then; until then {@link NoResult} stands in its place.
 * @throws what the tool throws, and an Error for a call that was refused: both for the model to read
 */
export async function guard(guarded: Guarded, effect: (args: JsonObject) => Promise<unknown>): Promise<unknown> {
  const { run, tool, input, options } = guarded;
  const execution = await executed(guarded, effect);
  if (execution instanceof NoResult) return execution;
  if (execution.status === "refused") {
    if (execution.by === "policy") run.refusals.push({ toolCallId: options.toolCallId, message: execution.message });
    throw new Error(execution.message);
  }
  if (execution.status === "failed") throw execution.error;
  noteFor(sdkInput(tool, input, options), execution);
  if (restoredCall(run, tool, options)) run.outputs.set(options.toolCallId, execution.result);
  return execution.result;
}

/** `NoResult`: an error leaves as soon as the SDK asks for the model's text. */
async function executed(
  guarded: Guarded,
  effect: (args: JsonObject) => Promise<unknown>,
): Promise<Exclude<Execution<unknown>, { status: "pending" }> | NoResult> {
  const { run, tool, input, options } = guarded;
  try {
    const execution = await execute(guarded, effect);
    if (execution.status === "pending") throw new CountersignError("NOT_APPROVED", { request: execution.request });
    // Met inside the tool, and on its way out.
    if (execution.status === "failed" && execution.error === run.leaving) throw execution.error;
    return execution;
  } catch (error) {
    // The code of another tool gets it as an error: the SDK doesn't see this call.
    if (!isCountersignError(error) || isInside(options)) throw error;
    run.leaving ??= error;
    leaveFrom(sdkInput(tool, input, options), error);
    return new NoResult(error.message);
  }
}

async function execute(
  { run, tool, input, options, parse }: Guarded,
  effect: (args: JsonObject) => Promise<unknown>,
): Promise<Execution<unknown>> {
  const { thread } = run;
  const signal = options.abortSignal;
  const restored = restoredCall(run, tool, options);
  if (restored) {
    // The SDK has no pause that comes out of a tool. A call that is not on record has only its sender's word for it.
    const known = (await thread.recorded(restored)) !== undefined || thread.decidedByPolicy(restored);
    if (!known) throw new CountersignError("NOT_APPROVED", { request: undefined });
    return thread.execute(restored, effect, { signal, parse });
  }
  const proposed = { callId: options.toolCallId, tool, args: input as JsonObject };
  if (!thread.decidedByPolicy(proposed)) throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: UNGATED });
  // Nothing is recorded of it, so its turn only has to differ from all others.
  return thread.execute({ ...proposed, turnId: crypto.randomUUID() }, effect, { fresh: true, signal, parse });
}
const UNGATED =
  "Nobody was asked: the application's own toolApproval answered first, or the code of another tool made the call. " +
  "Let toolApproval answer user-approval for gated tools, or leave them out.";
