import { CountersignError, fromJsonSchema, type JsonObject, type StandardSchemaV1 } from "@countersign/core";
import { demand } from "@countersign/core/adapter";
import { asSchema, type FlexibleSchema } from "ai";
import { gatedOf } from "./gated.ts";

/**
 * The schema of a tool you already have, for `definePolicy`. Of a schema made by the SDK's `jsonSchema` it is what its JSON
 * says.
 * @example definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } })
 * @throws SETUP for a schema that isn't there yet
 */
export function argsOf<I>(tool: { inputSchema: FlexibleSchema<I> }): StandardSchemaV1<unknown, I> {
  demand(typeof tool === "object" && tool !== null && !!(tool.inputSchema ?? gatedOf(tool)), tool, "a tool", "argsOf(sendPayment)");
  const own = (gatedOf(tool)?.tool.inputSchema as FlexibleSchema<I> | undefined) ?? tool.inputSchema;
  if ("~standard" in own) return own;
  const { jsonSchema } = asSchema(own);
  if ("then" in jsonSchema)
    throw new CountersignError("SETUP", {
      hint: "The schema of this tool is a promise. Await it, and make the tool with the schema itself.",
    });
  return fromJsonSchema<I>(jsonSchema as JsonObject);
}
