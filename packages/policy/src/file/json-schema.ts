import type { JsonObject } from "@countersign/core";
import { z } from "zod";
import { fileSchema } from "./schema.ts";

/** Of settings that core describes by the one that holds them, by the words of that one. */
const WITHIN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  escalate: { after: "How long it has waited by then: 24h.", roles: "Anyone with one of these roles may sign as well." },
};

/**
 * The JSON Schema of policy files, for editors. The package ships it as `@countersign/policy/policy.schema.json`.
 * @example # yaml-language-server: $schema=./node_modules/@countersign/policy/policy.schema.json
 */
export const policySchema: JsonObject = {
  title: "Countersign policy",
  ...written(z.toJSONSchema(fileSchema, { io: "input", unrepresentable: "any" })),
};

/** As people may write it: a list that a program may not change is none that nobody writes. */
function written(schema: object, of = ""): JsonObject {
  const entries = Object.entries(schema as JsonObject).filter(([name]) => name !== "readOnly");
  const part = (name: string, value: unknown): unknown => (name === "properties" ? properties(value as JsonObject, of) : inner(value, of));
  return Object.fromEntries(entries.map(([name, value]) => [name, part(name, value)]));
}

function inner(value: unknown, of: string): unknown {
  if (Array.isArray(value)) return value.map((one) => inner(one, of));
  return typeof value === "object" && value !== null ? written(value, of) : value;
}

function properties(given: JsonObject, of: string): JsonObject {
  return Object.fromEntries(
    Object.entries(given).map(([name, property]) => {
      const description = WITHIN[of]?.[name];
      const value = inner(property, name);
      return [name, description === undefined ? value : { ...(value as object), description }];
    }),
  );
}
