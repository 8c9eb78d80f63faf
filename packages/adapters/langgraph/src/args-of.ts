import type { StandardSchemaV1 } from "@countersign/core";

/**
 * The schema of a tool you already have, for `definePolicy`.
 * @example definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } })
 */
export function argsOf<O, I>(tool: { schema: StandardSchemaV1<I, O> }): StandardSchemaV1<I, O> {
  return tool.schema;
}
