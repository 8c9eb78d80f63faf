import { CountersignError, type StandardSchemaV1 } from "@countersign/core";
import type { InferToolInput, Tool } from "@openrouter/agent";

/**
 * The schema of a tool you already have, for `definePolicy`.
 * @example definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } })
 * @throws SETUP for a tool that runs at the provider: its calls aren't seen here
 */
export function argsOf<T extends Tool>(tool: T): StandardSchemaV1<unknown, InferToolInput<T>> {
  if (!("function" in tool))
    throw new CountersignError("SETUP", { hint: "argsOf needs a tool that runs here: this one runs at the provider." });
  return tool.function.inputSchema as unknown as StandardSchemaV1<unknown, InferToolInput<T>>;
}
