import { CountersignError, type StandardSchemaV1 } from "@countersign/core";
import { demand } from "@countersign/core/adapter";
import { isServerTool, type InferToolInput, type Tool } from "@openrouter/agent";

/**
 * The schema of a tool you already have, for `definePolicy`.
 * @example definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } })
 * @throws SETUP for a tool that runs at the provider: its calls aren't seen here
 */
export function argsOf<T extends Tool>(tool: T): StandardSchemaV1<unknown, InferToolInput<T>> {
  demand(typeof tool === "object" && tool !== null && ("function" in tool || isServerTool(tool)), tool, "a tool", "argsOf(sendPayment)");
  if (!("function" in tool))
    throw new CountersignError("SETUP", {
      hint: "The provider runs this tool, so its calls can't be gated. Give argsOf a tool that runs here.",
    });
  return tool.function.inputSchema as unknown as StandardSchemaV1<unknown, InferToolInput<T>>;
}
