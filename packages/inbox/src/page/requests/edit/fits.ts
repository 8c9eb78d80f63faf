import { ABSENT, isObject, isSame, Typed, valueAt } from "./entered.ts";
import { isRequired, listOf, membersOf, optionsOf, otherMembers, resolved, textOf, typeOf, type Schema } from "./schema.ts";

/**
 * How well a value fits a schema, as far as can be told at a glance. The more, the better; undefined: not at all. Where several
 * ways are open, the best one is what the value was meant as.
 */
export function fit(schema: Schema, value: unknown, root: unknown): number | undefined {
  if ("not" in schema && isObject(schema["not"]) && Object.keys(schema["not"]).length === 0) return undefined;
  if (value instanceof Typed) return fitTyped(schema, value);
  if (!isOfType(typeOf(schema), value)) return undefined;
  if ("const" in schema && !isSame(schema["const"], value)) return undefined;
  if (optionsOf(schema)?.includes(value) === false) return undefined;
  if (textOf(schema, "format") === "date" && !isDate(value)) return -1;
  return isObject(value) ? fitMembers(schema, value, root) : 0;
}

function fitTyped(schema: Schema, { kind }: Typed): number | undefined {
  const type = typeOf(schema);
  if (kind === "json") return type === undefined ? 0 : -1;
  if (kind === "choice") return type === "boolean" || optionsOf(schema) ? 0 : undefined;
  return type === kind ? 0 : type === "number" || type === "integer" ? -1 : undefined;
}

/** A member that tells ways apart is constant. */
function fitMembers(schema: Schema, value: object, root: unknown): number | undefined {
  const known = membersOf(schema);
  for (const [key, member] of Object.entries(known)) {
    const { const: only, ...rest } = resolved(member, root);
    const own = valueAt(value, [key]);
    if (only !== undefined && own !== ABSENT && !isSame(only, own)) return undefined;
    const options = optionsOf(rest);
    if (options && isRequired(schema, key) && own !== ABSENT && !(own instanceof Typed) && !options.includes(own)) return undefined;
  }
  const missing = listOf(schema["required"]).filter((key) => !Object.hasOwn(value, String(key))).length;
  const unknown = otherMembers(schema) ? 0 : Object.keys(value).filter((key) => !Object.hasOwn(known, key)).length;
  return -missing - unknown;
}

function isOfType(type: string | undefined, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true;
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "integer":
      return typeof value === "number";
    default:
      return typeof value === type;
  }
}

/** As a browser's date field takes it. */
export function isDate(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value) || value.startsWith("0000")) return false;
  const time = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(value);
}
