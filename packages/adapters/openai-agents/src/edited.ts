import { isDeepStrictEqual } from "node:util";
import { isUnexecuted } from "@countersign/core/adapter";
import { runToolInputGuardrails, type FunctionTool, type RunContext } from "@openai/agents";
import type { Entry } from "./guard.ts";
import type { Scope } from "./run.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a tool by its context, its parameters and its result: any of them
type AnyFunctionTool = FunctionTool<any, any, any>;
type ToolCall = NonNullable<NonNullable<Parameters<AnyFunctionTool["invoke"]>[2]>["toolCall"]>;

/**
 * The SDK shows a tool's input guardrails what the model said. What a reviewer wrote in its place they see here, before
 * anything is begun; a call that was begun has passed them.
 * @returns what the model is told if one of them refuses
 * @throws ToolInputGuardrailTripwireTriggered, and what a guardrail throws
 */
export async function refusedByGuardrails(
  { inputGuardrails = [] }: AnyFunctionTool,
  { run, path }: Scope,
  { call, agent }: Entry,
  context: RunContext,
  toolCall: ToolCall | undefined,
): Promise<string | undefined> {
  if (inputGuardrails.length === 0 || !agent || !toolCall) return undefined;
  const request = await run.thread.recorded(call);
  if (!request || !isUnexecuted(request)) return undefined;
  const preview = await run.thread.preview(call);
  if (preview.status !== "runs" || isDeepStrictEqual(preview.args, call.args)) return undefined;
  const answer = await runToolInputGuardrails({
    guardrails: inputGuardrails,
    context,
    agent,
    toolCall: { ...toolCall, arguments: JSON.stringify(preview.args) },
    // Those of nested agents are kept in states that nobody sees.
    onResult: (result) => path.length === 0 && run.state?._toolInputGuardrailResults.push(result),
  });
  return answer.type === "reject" ? answer.message : undefined;
}
