import { isObject, type JsonObject } from "./entered.ts";

/** A JSON Schema (2020-12) of one value. What it doesn't say is open. */
export type Schema = JsonObject;

/** `$ref` and `allOf` may lead in circles. */
const DEEPEST = 20;

/** A schema with what it refers to, and all that holds as well, in one. */
export function resolved(schema: unknown, root: unknown, depth = 0): Schema {
  if (!isObject(schema) || depth > DEEPEST) return schema === false ? { not: {} } : {};
  const { $ref, allOf, ...own } = schema;
  if ($ref === undefined && allOf === undefined) return schema;
  const parts = [
    ...(typeof $ref === "string" ? [resolved(referred($ref, root), root, depth + 1)] : []),
    ...listOf(allOf).map((part) => resolved(part, root, depth + 1)),
  ];
  return [...parts, own].reduce(both);
}

/** What holds where two schemas hold. Of what both say about the value itself, the second counts: the server checks each. */
function both(first: Schema, second: Schema): Schema {
  const [a, b] = [membersOf(first), membersOf(second)];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const of = (key: string): unknown => {
    if (!Object.hasOwn(a, key)) return b[key];
    return Object.hasOwn(b, key) ? { allOf: [a[key], b[key]] } : a[key];
  };
  const required = [...new Set([...listOf(first["required"]), ...listOf(second["required"])])];
  return {
    ...first,
    ...second,
    ...(keys.length > 0 && { properties: Object.fromEntries(keys.map((key) => [key, of(key)])) }),
    ...(required.length > 0 && { required }),
  };
}

/** The schemas of which a value meets one: each way to be of `anyOf` and `oneOf`, each of several types. */
export function waysOf(schema: Schema, root: unknown, depth = 0): readonly Schema[] {
  const { anyOf, oneOf, ...rest } = schema;
  const choices = [...listOf(anyOf), ...listOf(oneOf)];
  if (choices.length > 0 && depth < 5) {
    const ways = choices.slice(0, 50).flatMap((choice) => waysOf(both(rest, resolved(choice, root)), root, depth + 1));
    return asOneChoice(rest, ways) ?? ways;
  }
  const { type } = schema;
  return Array.isArray(type) && optionsOf(schema) === undefined ? type.map((each: unknown) => ({ ...schema, type: each })) : [schema];
}

/** Ways that are one value each are one choice between these values. */
function asOneChoice(rest: Schema, ways: readonly Schema[]): readonly Schema[] | undefined {
  const options = ways.map((way) => ("const" in way ? [way["const"]] : optionsOf(way)));
  const isChoice = ways.length > 1 && options.every((each) => each?.every(isScalar));
  return isChoice ? [{ ...rest, enum: options.flat() }] : undefined;
}

/** The values that it may have, where the schema lists them and a person can choose between them. */
export function optionsOf(schema: Schema): readonly unknown[] | undefined {
  const options = schema["enum"];
  return Array.isArray(options) && options.length > 0 && options.every(isScalar) ? options : undefined;
}

export function isScalar(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** `undefined`: it may have any type. */
export function typeOf(schema: Schema): string | undefined {
  const { type } = schema;
  if (typeof type === "string") return type;
  if (["properties", "additionalProperties", "propertyNames"].some((key) => key in schema)) return "object";
  return "items" in schema || "prefixItems" in schema ? "array" : undefined;
}

export function membersOf(schema: Schema): JsonObject {
  return isObject(schema["properties"]) ? schema["properties"] : {};
}

export function isRequired(schema: Schema, key: string): boolean {
  return listOf(schema["required"]).includes(key);
}

/** Of what may stand under names that it doesn't list. Undefined: it says nothing of them, or allows none. */
export function otherMembers(schema: Schema): Schema | undefined {
  const other = schema["additionalProperties"];
  return isObject(other) ? other : other === true ? {} : undefined;
}

/** Of the item at that place. Undefined: none may stand there. */
export function itemAt(schema: Schema, index: number): unknown {
  const first = listOf(schema["prefixItems"]);
  if (index < first.length) return first[index];
  return schema["items"] === false ? undefined : (schema["items"] ?? {});
}

export function numberOf(schema: Schema, key: string): number | undefined {
  const value = schema[key];
  return typeof value === "number" ? value : undefined;
}

export function textOf(schema: Schema, key: string): string | undefined {
  const text = schema[key];
  return typeof text === "string" && text.trim() !== "" ? text.trim().replace(/\s+/g, " ") : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function referred(ref: string, root: unknown): unknown {
  if (!ref.startsWith("#")) return {};
  const names = ref.slice(1).split("/").slice(1);
  return names.reduce<unknown>((at, name) => {
    const key = unescaped(name);
    if (Array.isArray(at)) return at[Number(key)] as unknown;
    return isObject(at) && Object.hasOwn(at, key) ? at[key] : {};
  }, root);
}

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return name;
  }
}
