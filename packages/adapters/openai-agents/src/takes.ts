import type { JsonObject } from "@countersign/core";
import type { FunctionTool } from "@openai/agents";
import { parserOf } from "./parse.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a tool by its context, its parameters and its result: any of them
type AnyFunctionTool = FunctionTool<any, any, any>;
type Path = readonly (string | number)[];
type Schema = JsonObject & { readonly properties?: Readonly<Record<string, Schema>>; readonly required?: readonly string[] };

/** May this member of an object be left out, though strict mode demands it? `exact`: no union stands above it. */
type IsOptional = (path: Path, key: string, schema: Schema | undefined, exact: boolean) => boolean;

/**
 * The JSON Schema of what a tool takes. Strict mode demands every argument, and null for what is left out: the SDK drops that
 * again, and so the tool takes arguments that have neither. What it takes its own parser tells.
 */
export function takenBy(tool: AnyFunctionTool): JsonObject | undefined {
  const schema = tool.parameters as unknown as Schema | undefined;
  if (!schema || !tool.strict) return schema;
  const parse = parserOf(tool);
  const refuses = (args: unknown, path: Path): boolean => {
    const parsed = parse?.(args as JsonObject);
    return parsed !== undefined && "issues" in parsed && parsed.issues.some((issue) => isAt(issue.path, path));
  };
  // A tool that was made with a JSON Schema parses no more than JSON.
  const checks = refuses("no object", []);
  return loosened(schema, [], true, (path, key, member, exact) => {
    const isDemanded = refuses(around(path, {}), [...path, key]);
    return !isDemanded && ((checks && exact) || takesNull(member));
  });
}

function loosened(schema: Schema, path: Path, exact: boolean, isOptional: IsOptional): Schema {
  const { properties, required, items, anyOf } = schema as Schema & { items?: Schema; anyOf?: readonly Schema[] };
  const below = (inner: Schema, key: string | number): Schema => loosened(inner, [...path, key], exact, isOptional);
  const members = properties && Object.entries(properties).map(([key, inner]) => [key, below(inner, key)] as const);
  return {
    ...schema,
    ...(members && { properties: Object.fromEntries(members) }),
    ...(properties && required && { required: required.filter((key) => !isOptional(path, key, properties[key], exact)) }),
    ...(isObject(items) && { items: below(items, 0) }),
    ...(anyOf && { anyOf: anyOf.map((inner) => loosened(inner, path, false, isOptional)) }),
  };
}

function takesNull(schema: Schema | undefined): boolean {
  const { type, anyOf, oneOf } = (schema ?? {}) as { type?: unknown; anyOf?: readonly Schema[]; oneOf?: readonly Schema[] };
  return type === "null" || (Array.isArray(type) && type.includes("null")) || [...(anyOf ?? []), ...(oneOf ?? [])].some(takesNull);
}

/** The least value that has something there. */
function around(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => (typeof key === "number" ? [inner] : { [key]: inner }), value);
}

function isAt(found: readonly PropertyKey[] | undefined, path: Path): boolean {
  return found?.length === path.length && found.every((key, index) => key === path[index]);
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
