import type { StandardSchemaV1 } from "@countersign/core";
import type { ParseArgs } from "@countersign/core/adapter";
import type { RunnableTool } from "./kinds.ts";
import { messageOf } from "./told.ts";

type Parsed = Awaited<ReturnType<ParseArgs>>;
type Issues = Extract<Parsed, { readonly issues: unknown }>["issues"];

/** What a tool's own code gets to see of the arguments that were signed. */
export async function parse(schema: StandardSchemaV1, value: unknown): Promise<Parsed> {
  try {
    const result = await schema["~standard"].validate(value);
    return result.issues ? { issues: result.issues.map(({ message, path = [] }) => ({ message, path: path.map(keyOf) })) } : result;
  } catch (error) {
    return { issues: [{ message: messageOf(error), path: [] }] };
  }
}

/** @throws Error with what the schema says, for the model to read */
export async function demand(schema: StandardSchemaV1 | undefined, value: unknown): Promise<unknown> {
  if (!schema) return value;
  const parsed = await parse(schema, value);
  if ("issues" in parsed) throw new Error(worded(parsed.issues));
  return parsed.value;
}

/**
 * What a tool's answer comes to by its own schema. Null from a tool with `onToolCalled`: the call is answered from outside.
 * @throws Error with what the schema says
 */
export async function demandOutput({ function: { outputSchema, onToolCalled } }: RunnableTool, answer: unknown): Promise<unknown> {
  return onToolCalled && answer === null ? null : demand(outputSchema, answer);
}

export function worded(issues: Issues): string {
  return issues.map(({ message, path }) => (path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message)).join("; ");
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey {
  return typeof segment === "object" ? segment.key : segment;
}
