import type { StandardSchemaV1 } from "@countersign/core";

type Parsed = { readonly value: unknown } | { readonly issues: string };

/** What a tool's own code gets to see of the arguments that were signed. */
export async function parse(schema: StandardSchemaV1, value: unknown): Promise<Parsed> {
  try {
    const result = await schema["~standard"].validate(value);
    if (!result.issues) return { value: result.value };
    return { issues: result.issues.map(worded).join("; ") };
  } catch (error) {
    return { issues: error instanceof Error ? error.message : String(error) };
  }
}

/** @throws Error with what the schema says, for the model to read */
export async function demand(schema: StandardSchemaV1 | undefined, value: unknown): Promise<unknown> {
  if (!schema) return value;
  const parsed = await parse(schema, value);
  if ("issues" in parsed) throw new Error(parsed.issues);
  return parsed.value;
}

function worded({ message, path = [] }: { readonly message: string; readonly path?: readonly unknown[] | undefined }): string {
  const keys = path.map((segment) => String(typeof segment === "object" && segment && "key" in segment ? segment.key : segment));
  return keys.length > 0 ? `${keys.join(".")}: ${message}` : message;
}
