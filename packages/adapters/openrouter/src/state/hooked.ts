import { isDeepStrictEqual } from "node:util";
import { CountersignError, type JsonObject } from "@countersign/core";
import { firstNonJson, type Execution, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { HookName, type HooksManager } from "@openrouter/agent";
import { changed } from "../guard.ts";
import type { RunnableTool } from "../kinds.ts";
import { parse } from "../schema.ts";
import { messageOf } from "../told.ts";

/** A call that the SDK itself doesn't get to run. */
export interface Performed {
  readonly thread: Thread;
  readonly hooks: HooksManager | undefined;
  /** As the hooks know the conversation. */
  readonly sessionId: string;
  readonly tool: RunnableTool;
  readonly proposed: ProposedCall;
}
type Effect = (args: unknown) => Promise<unknown>;

/**
 * Executes a call under the application's tool hooks, as the SDK has them around the calls that it runs itself: they see the
 * arguments that were signed, before anything is begun: the signature of a call that one of them blocks is not used up. What is
 * refused or has run already is none of theirs.
 * @throws NOT_APPROVED if a hook changes the arguments of a call that was signed, and what `thread.execute` throws
 */
export async function executeHooked(performed: Performed, effect: Effect): Promise<Execution<unknown>> {
  const { thread, hooks, tool, proposed } = performed;
  const { inputSchema } = tool.function;
  const execute = (call: ProposedCall): Promise<Execution<unknown>> =>
    thread.execute(call, effect, { parse: (args) => parse(inputSchema, args) });
  if (!hooks) return execute(proposed);
  const [preview, request] = [await thread.preview(proposed), await thread.recorded(proposed)];
  if (preview.status === "refused" || (request && request.execution !== "none")) return execute(proposed);
  const checked = await before(hooks, performed, preview.args);
  if ("refusal" in checked) return { status: "refused", message: checked.refusal, by: "system", then: "continue" };
  const { args } = checked;
  const isSame = isDeepStrictEqual(args, preview.args);
  const call = isSame ? proposed : { ...proposed, args };
  if (!isSame && (preview.recorded || firstNonJson(args) || !thread.decidedByPolicy(call))) {
    throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: changed(proposed.tool) });
  }
  const startedAt = performance.now();
  const execution = await execute(call);
  await after(hooks, performed, { args, execution, startedAt });
  return execution;
}

/** What a hook does to its copy in place counts as a change as well. */
async function before(
  hooks: HooksManager,
  performed: Performed,
  args: JsonObject,
): Promise<{ readonly refusal: string } | { readonly args: JsonObject }> {
  const payload = { toolName: performed.proposed.tool, toolInput: structuredClone(args) };
  try {
    const { blocked, results, finalPayload } = await hooks.emit(HookName.PreToolUse, payload, aboutOf(performed));
    if (!blocked) return { args: finalPayload.toolInput };
    const block = results.find((result) => result.block)?.block;
    return { refusal: typeof block === "string" ? block : "Blocked by PreToolUse hook" };
  } catch (error) {
    // Of a manager that is told to throw: the SDK makes the model's text of it, too.
    return { refusal: messageOf(error) };
  }
}

interface Outcome {
  readonly args: JsonObject;
  readonly execution: Execution<unknown>;
  readonly startedAt: number;
}

async function after(hooks: HooksManager, performed: Performed, { args, execution, startedAt }: Outcome): Promise<void> {
  const payload = { toolName: performed.proposed.tool, toolInput: structuredClone(args) };
  const about = aboutOf(performed);
  if (execution.status === "failed") await hooks.emit(HookName.PostToolUseFailure, { ...payload, error: execution.error }, about);
  if (execution.status !== "ran" || isLeftOpen(performed, execution.result)) return;
  const durationMs = performance.now() - startedAt;
  await hooks.emit(HookName.PostToolUse, { ...payload, toolOutput: execution.result, durationMs }, about);
}

/** It is answered from outside, and no result yet. */
function isLeftOpen({ tool }: Performed, result: unknown): boolean {
  return result === null && tool.function.onToolCalled !== undefined;
}

function aboutOf({ proposed: { tool }, sessionId }: Performed): { readonly toolName: string; readonly sessionId: string } {
  return { toolName: tool, sessionId };
}
