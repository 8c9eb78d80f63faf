import { CountersignError, fromJsonSchema, type JsonObject, type StandardSchemaV1 } from "@countersign/core";
import { asSchema, type FlexibleSchema } from "ai";
import { gatedOf } from "./gated.ts";

/**
 * The schema of a tool you already have, for `definePolicy`. Of a schema made by the SDK's `jsonSchema` it is what its JSON
 * says.
 * @example definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } })
 * @throws SETUP for a schema that isn't there yet
 */
export function argsOf<I>(tool: { inputSchema: FlexibleSchema<I> }): StandardSchemaV1<unknown, I> {
  const own = (gatedOf(tool)?.tool.inputSchema as FlexibleSchema<I> | undefined) ?? tool.inputSchema;
  if ("~standard" in own) return own;
  const { jsonSchema } = asSchema(own);
  if ("then" in jsonSchema) throw new CountersignError("SETUP", { hint: "argsOf needs a schema that is at hand: this one is a promise." });
  return fromJsonSchema<I>(jsonSchema as JsonObject);
}
