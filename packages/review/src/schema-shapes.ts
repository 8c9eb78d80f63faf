import type { JsonObject } from "@countersign/core";
import { isObject, memberOf } from "./json.ts";

/** What a JSON Schema says of one value: its own parts, those that it refers to, and those of its variants that fit the value. */
export type Shapes = readonly JsonObject[];

/** A schema that refers to itself without end says no more than this. */
const MOST = 100;

/** @param root what `$ref` begins at */
export function shapesOf(schema: unknown, value: unknown, root: unknown): Shapes {
  const shapes: JsonObject[] = [];
  const seen = new Set<unknown>();
  const add = (each: unknown): void => {
    if (!isObject(each) || seen.has(each) || seen.size >= MOST) return;
    seen.add(each);
    shapes.push(each);
    if (typeof each["$ref"] === "string") add(referred(each["$ref"], root));
    for (const part of listOf(each["allOf"])) add(part);
    for (const key of ["anyOf", "oneOf"]) {
      const variants = listOf(each[key]);
      const fitting = variants.filter((variant) => fits(variant, value, root, 0));
      for (const variant of fitting.length > 0 ? fitting : variants) add(variant);
    }
  };
  add(schema);
  return shapes;
}

/** Of a member of an object, or an item of a list. */
export function shapesAt(shapes: Shapes, key: string | number, value: unknown, root: unknown): Shapes {
  const found = shapes.flatMap((shape) => {
    const schema = typeof key === "number" ? itemSchema(shape, key) : memberSchema(shape, key);
    return schema === undefined ? [] : shapesOf(schema, value, root);
  });
  return found.slice(0, MOST);
}

/** The first text that any of them gives. */
export function saidBy(shapes: Shapes, key: "title" | "description"): string | undefined {
  for (const shape of shapes) {
    const text = memberOf(shape, key);
    if (typeof text === "string" && text.trim() !== "") return text;
  }
  return undefined;
}

/** The keys of an object in the order of its schema. */
export function keysOf(shapes: Shapes): readonly string[] {
  return [...new Set(shapes.flatMap((shape) => (isObject(shape["properties"]) ? Object.keys(shape["properties"]) : [])))];
}

/** Does any schema name this member, or say what members that it doesn't name may be? Where nothing is said of members: yes. */
export function knows(shapes: Shapes, key: string): boolean {
  const objects = shapes.filter((shape) => isObject(shape["properties"]) || shape["additionalProperties"] === false);
  return objects.length === 0 || shapes.some((shape) => memberSchema(shape, key) !== undefined || isObject(shape["patternProperties"]));
}

function memberSchema(shape: JsonObject, key: string): unknown {
  const properties = shape["properties"];
  if (isObject(properties) && Object.hasOwn(properties, key)) return properties[key];
  return isObject(shape["additionalProperties"]) ? shape["additionalProperties"] : undefined;
}

function itemSchema(shape: JsonObject, index: number): unknown {
  const first = Array.isArray(shape["prefixItems"]) ? shape["prefixItems"] : Array.isArray(shape["items"]) ? shape["items"] : [];
  if (index < first.length) return first[index] as unknown;
  return isObject(shape["items"]) ? shape["items"] : isObject(shape["additionalItems"]) ? shape["additionalItems"] : undefined;
}

function referred(ref: string, root: unknown): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return undefined;
  let found: unknown = root;
  for (const part of ref.slice(2).split("/")) {
    const key = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found = memberOf(found, key);
  }
  return found;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** As far as can be told quickly: its type, and its constant members, which tell variants apart. */
function fits(schema: unknown, value: unknown, root: unknown, depth: number): boolean {
  if (!isObject(schema) || depth > 5) return true;
  if (typeof schema["$ref"] === "string" && !fits(referred(schema["$ref"], root), value, root, depth + 1)) return false;
  if (!isOfType(schema["type"], value)) return false;
  if (Object.hasOwn(schema, "const") && !isObject(schema["const"]) && schema["const"] !== value) return false;
  const variants = [...listOf(schema["enum"])];
  if (variants.length > 0 && !variants.includes(value)) return false;
  const { properties } = schema;
  if (!isObject(properties) || !isObject(value)) return true;
  return Object.entries(properties).every(
    ([key, member]) => !isObject(member) || !Object.hasOwn(member, "const") || member["const"] === memberOf(value, key),
  );
}

function isOfType(type: unknown, value: unknown): boolean {
  const types = Array.isArray(type) ? type : [type];
  return types.some((each) => {
    switch (each) {
      case "object":
        return isObject(value);
      case "array":
        return Array.isArray(value);
      case "null":
        return value === null;
      case "integer":
        return typeof value === "number";
      case "string":
      case "number":
      case "boolean":
        return typeof value === each;
      default:
        return true;
    }
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
