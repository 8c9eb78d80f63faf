import { finalOf } from "../generator.ts";
import type { RunnableTool, ToolContext } from "../kinds.ts";
import { demand } from "../schema.ts";

/**
 * A tool as the SDK runs it, for a call that the SDK itself doesn't get to run. Null from a tool with `onToolCalled`: the call
 * is answered from outside.
 * @throws what the tool throws, and an Error for arguments or results that its schemas refuse
 */
export async function perform(tool: RunnableTool, signed: unknown, context: ToolContext): Promise<unknown> {
  const { inputSchema, outputSchema, eventSchema, execute, onToolCalled } = tool.function;
  const args = await demand(inputSchema, signed);
  if (onToolCalled) {
    const answer = await onToolCalled(args, context);
    return answer === null ? null : demand(outputSchema, answer);
  }
  const result = eventSchema ? finalOf(tool, execute?.(args, context), () => {}) : execute?.(args, context);
  return demand(outputSchema, await result);
}
