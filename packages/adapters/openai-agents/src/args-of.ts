import { fromJsonSchema, type JsonObject, type StandardSchemaV1 } from "@countersign/core";
import { demand } from "@countersign/core/adapter";
import type { FunctionTool, ToolExecuteArgument } from "@openai/agents";
import { takenBy } from "./takes.ts";

/**
 * The schema of a tool you already have, for `definePolicy`: what the SDK's JSON Schema of it says. Refinements of a schema
 * that you still have at hand are kept if you give that one instead.
 * @example definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } })
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a tool by its context, its parameters and its result: any of them
export function argsOf<P extends FunctionTool<any, any, any>>(
  tool: P,
  // oxlint-disable-next-line typescript/no-explicit-any -- see above
): P extends FunctionTool<any, infer I, any> ? StandardSchemaV1<unknown, ToolExecuteArgument<I>> : never {
  demand(typeof tool === "object" && tool !== null && tool.type === "function", tool, "a tool", "argsOf(sendPayment)");
  return fromJsonSchema(takenBy(tool) as JsonObject) as never;
}
