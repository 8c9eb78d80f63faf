import type { JsonObject } from "@countersign/core";
import { toJsonSchema } from "@langchain/core/utils/json_schema";

/** Once per tool: an allowed call must not pay for it. */
const known = new WeakMap<object, JsonObject | undefined>();

/** The JSON Schema of a tool's arguments, for forms and for checking edits. Undefined where there is none to be had. */
export function jsonSchemaOf(tool: unknown): JsonObject | undefined {
  if (typeof tool !== "object" || tool === null || !("schema" in tool)) return undefined;
  if (!known.has(tool)) known.set(tool, derive(tool));
  return known.get(tool);
}

function derive(tool: { readonly schema: unknown }): JsonObject | undefined {
  try {
    return JSON.parse(JSON.stringify(toJsonSchema(tool.schema as Parameters<typeof toJsonSchema>[0]))) as JsonObject;
  } catch {
    // A schema with a Date or a transform has no JSON form; the policy's own schema checks then.
    return undefined;
  }
}
