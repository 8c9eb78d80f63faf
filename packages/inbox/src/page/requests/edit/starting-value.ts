import { Typed } from "./entered.ts";
import { isRequired, itemAt, membersOf, numberOf, optionsOf, resolved, typeOf, waysOf, type Schema } from "./schema.ts";

/** A schema that asks for itself without end gets JSON there. */
const DEEPEST = 6;
const MOST_ITEMS = 20;

/** What a value is before anybody enters it: nothing is chosen, and no number is made up. */
export function startingValue(given: unknown, root: unknown, depth = 0): unknown {
  const schema = resolved(given, root);
  const { default: preset } = schema;
  if (preset !== undefined && preset !== null) return preset;
  const ways = waysOf(schema, root);
  return ofWay(ways.find((way) => typeOf(way) !== "null") ?? ways[0] ?? schema, root, depth);
}

/** The same of the way that was chosen. */
export function ofWay(schema: Schema, root: unknown, depth = 0): unknown {
  if ("const" in schema) return schema["const"];
  if (optionsOf(schema)) return new Typed("choice", "");
  switch (typeOf(schema)) {
    case "string":
      return "";
    case "number":
      return new Typed("number", "");
    case "integer":
      return new Typed("integer", "");
    case "boolean":
      return new Typed("choice", "");
    case "null":
      return null;
    case "array":
      return depth > DEEPEST ? [] : items(schema, root, depth);
    case "object":
      return depth > DEEPEST ? new Typed("json", "") : members(schema, root, depth);
    default:
      return new Typed("json", "");
  }
}

function items(schema: Schema, root: unknown, depth: number): readonly unknown[] {
  const length = Math.min(numberOf(schema, "minItems") ?? 0, MOST_ITEMS);
  return Array.from({ length }, (_, index) => startingValue(itemAt(schema, index), root, depth + 1));
}

function members(schema: Schema, root: unknown, depth: number): object {
  const asked = Object.entries(membersOf(schema)).filter(([key]) => isRequired(schema, key));
  return Object.fromEntries(asked.map(([key, member]) => [key, startingValue(member, root, depth + 1)]));
}
