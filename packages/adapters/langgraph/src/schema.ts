import type { JsonObject } from "@countersign/core";
import type { ParseArgs } from "@countersign/core/adapter";
import { toJsonSchema, Validator } from "@langchain/core/utils/json_schema";
import { interopSafeParseAsync, isInteropZodSchema } from "@langchain/core/utils/types";

/** Once per tool: an allowed call must not pay for it. */
const known = new WeakMap<object, JsonObject | undefined>();

/** The JSON Schema of a tool's arguments, for forms and for checking edits. Undefined where there is none to be had. */
export function jsonSchemaOf(tool: unknown): JsonObject | undefined {
  if (typeof tool !== "object" || tool === null || !("schema" in tool)) return undefined;
  if (!known.has(tool)) known.set(tool, derive(tool));
  return known.get(tool);
}

/** Reads arguments as the tool will when it is called. Undefined where it takes them as they are. */
export function parserOf(tool: unknown): ParseArgs | undefined {
  if (typeof tool !== "object" || tool === null || !("schema" in tool)) return undefined;
  const { schema } = tool;
  if (isInteropZodSchema(schema)) return (args) => parseBy(schema, args);
  return typeof schema === "object" && schema !== null ? (args) => checkBy(schema, args) : undefined;
}

type Parsed = Awaited<ReturnType<ParseArgs>>;

async function parseBy(schema: Parameters<typeof interopSafeParseAsync>[0], args: JsonObject): Promise<Parsed> {
  const parsed = await interopSafeParseAsync(schema, args);
  if (!parsed.success) return { issues: parsed.error.issues.map(({ path, message }) => ({ path: path as PropertyKey[], message })) };
  // A tool for text takes it out of the arguments.
  return { value: typeof parsed.data === "object" ? parsed.data : args };
}

function checkBy(schema: object, args: JsonObject): Parsed {
  const { valid, errors } = new Validator(schema).validate(args);
  if (valid) return { value: args };
  return { issues: errors.map(({ instanceLocation, error }) => ({ path: instanceLocation.split("/").slice(1), message: error })) };
}

function derive(tool: { readonly schema: unknown }): JsonObject | undefined {
  try {
    return JSON.parse(JSON.stringify(toJsonSchema(tool.schema as Parameters<typeof toJsonSchema>[0]))) as JsonObject;
  } catch {
    // A schema with a Date or a transform has no JSON form; the policy's own schema checks then.
    return undefined;
  }
}
