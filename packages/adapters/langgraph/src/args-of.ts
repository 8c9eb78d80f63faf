import type { StandardSchemaV1 } from "@countersign/core";
import { demand } from "@countersign/core/adapter";

/**
 * The schema of a tool you already have, for `definePolicy`.
 * @example definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } })
 */
export function argsOf<O, I>(tool: { schema: StandardSchemaV1<I, O> }): StandardSchemaV1<I, O> {
  demand(typeof tool === "object" && tool !== null && "schema" in tool, tool, "a tool", "argsOf(sendPayment)");
  return tool.schema;
}
