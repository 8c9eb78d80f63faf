import { z } from "zod";
import { firstNonJson } from "../canonical/json.ts";
import type { Issue, JsonObject, StandardSchemaV1 } from "../contract/json.ts";

export type Parsed = { readonly value: unknown } | { readonly issues: readonly Issue[] };

/** A schema that answers with a promise can't be used here: conditions and checks are synchronous. */
class AsyncSchema extends Error {}

export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  const standard = (value as { "~standard"?: unknown })["~standard"];
  return typeof standard === "object" && standard !== null && "validate" in standard && typeof standard.validate === "function";
}

/** @throws AsyncSchema, and whatever the schema throws */
export function parseWith(schema: StandardSchemaV1, value: unknown): Parsed {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new AsyncSchema("the schema answers with a promise, and has to answer at once");
  }
  if (!result.issues) return { value: result.value };
  return {
    issues: result.issues.map(({ message, path = [] }) => ({
      message,
      path: path.map((segment) => (typeof segment === "object" ? segment.key : segment)),
    })),
  };
}

/**
 * A JSON Schema with a TypeScript type, where there is no Standard Schema.
 * @example fromJsonSchema<{ iban: string }>({ type: "object", required: ["iban"], properties: { iban: { type: "string" } } })
 */
export function fromJsonSchema<A>(schema: JsonObject): StandardSchemaV1<A, A> {
  const validator = z.fromJSONSchema(schema);
  const standard = {
    version: 1 as const,
    vendor: "countersign",
    validate: (value: unknown) => validator["~standard"].validate(value) as ReturnType<StandardSchemaV1<A, A>["~standard"]["validate"]>,
    jsonSchema: { input: () => schema, output: () => schema },
  };
  return { "~standard": standard };
}

type Side = "input" | "output";
type WithJsonSchema = { readonly jsonSchema?: { readonly [S in Side]?: (options: { target: string }) => unknown } };

/** The JSON Schema of what a Standard Schema takes or gives, where its library offers one. What zod can't express (a Date) is left open. */
export function jsonSchemaOf(schema: StandardSchemaV1 | undefined, io: Side = "input"): JsonObject | undefined {
  if (!schema) return undefined;
  const standard: StandardSchemaV1["~standard"] & WithJsonSchema = schema["~standard"];
  const written =
    standard.vendor === "zod"
      ? attempt(() => z.toJSONSchema(schema as unknown as z.ZodType, { io, unrepresentable: "any" }))
      : attempt(() => standard.jsonSchema?.[io]?.({ target: "draft-2020-12" }));
  return typeof written === "object" && written !== null && !firstNonJson(written) ? inItsOrder(written as JsonObject) : undefined;
}

/** A copy whose members stay in the order in which its author wrote them: surfaces show arguments in it. */
function inItsOrder(schema: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schema)) as JsonObject;
}

/** Another major version of a schema library may throw here: then there is no JSON Schema. */
function attempt(make: () => unknown): unknown {
  try {
    return make();
  } catch {
    return undefined;
  }
}
