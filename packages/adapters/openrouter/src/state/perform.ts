import type { Gate } from "@countersign/core";
import { finalOf } from "../generator.ts";
import type { RunnableTool, ToolContext } from "../kinds.ts";
import { demand, demandOutput } from "../schema.ts";
import { passing } from "../within.ts";

/**
 * A tool as the SDK runs it, for a call that the SDK itself doesn't get to run.
 * @throws what the tool throws, and an Error for arguments or results that its schemas refuse
 */
export async function perform(gate: Gate, tool: RunnableTool, signed: unknown, context: ToolContext): Promise<unknown> {
  const { name, inputSchema } = tool.function;
  const args = await demand(inputSchema, signed);
  return demandOutput(tool, await passing(gate, { tool: name, args }, () => carryOut(tool, args, context)));
}

function carryOut(tool: RunnableTool, args: unknown, context: ToolContext): unknown {
  const { eventSchema, execute, onToolCalled } = tool.function;
  if (onToolCalled) return onToolCalled(args, context);
  return eventSchema ? finalOf(tool, execute?.(args, context), () => {}) : execute?.(args, context);
}
