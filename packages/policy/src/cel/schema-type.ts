import type { JsonObject } from "@countersign/core";
import { BOOL, DOUBLE, join, listOf, mapOf, NULL, oneOf, STRING, type Type } from "./type.ts";

/** References are followed so far: a schema may refer to itself. */
const DEPTH = 12;

/**
 * The type of the values that a JSON Schema describes. Its numbers are doubles, integers too: they come from JSON.
 * `unknown` is what stands where it says nothing that is understood here.
 */
export function typeOfSchema(schema: unknown, unknown: Type): Type {
  return read(schema, { root: schema, unknown, depth: 0 });
}

interface Reading {
  readonly root: unknown;
  readonly unknown: Type;
  readonly depth: number;
}

function read(schema: unknown, at: Reading): Type {
  if (!isObject(schema) || at.depth > DEPTH) return at.unknown;
  const deeper = { ...at, depth: at.depth + 1 };
  if (typeof schema["$ref"] === "string") return read(target(at.root, schema["$ref"]), deeper);
  if ("const" in schema) return typeOfValue(schema["const"]);
  if (Array.isArray(schema["enum"])) return join(...schema["enum"].map(typeOfValue));
  const alternatives = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(alternatives)) return join(...alternatives.map((alternative) => read(alternative, deeper)));
  const types: unknown = schema["type"];
  if (types === undefined || "allOf" in schema || "not" in schema) return at.unknown;
  return join(...(Array.isArray(types) ? types : [types]).map((name) => named(name, schema, deeper)));
}

function named(name: unknown, schema: JsonObject, at: Reading): Type {
  switch (name) {
    case "null":
      return NULL;
    case "boolean":
      return BOOL;
    case "number":
    case "integer":
      return DOUBLE;
    case "string":
      return STRING;
    case "array":
      return listOf("prefixItems" in schema ? at.unknown : read(schema["items"], at));
    case "object":
      return objectType(schema, at);
    default:
      return at.unknown;
  }
}

function objectType(schema: JsonObject, at: Reading): Type {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const fields = new Map(Object.entries(properties).map(([name, property]) => [name, read(property, at)]));
  const more: unknown = schema["additionalProperties"];
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const optional = new Set([...fields.keys()].filter((name) => !required.includes(name)));
  if ("patternProperties" in schema) return mapOf(fields, at.unknown, optional);
  return mapOf(fields, more === false ? undefined : read(more, at), optional);
}

/** Only references within the schema itself: `#/$defs/Address`. */
function target(root: unknown, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  const keys = reference.split("/").slice(1);
  return keys.reduce((at, key) => {
    const name = key.replaceAll("~1", "/").replaceAll("~0", "~");
    return isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }, root);
}

/** The type of this one value of JSON. */
export function typeOfValue(value: unknown): Type {
  if (value === null) return NULL;
  if (Array.isArray(value)) return listOf(join(...value.map(typeOfValue)));
  switch (typeof value) {
    case "boolean":
      return BOOL;
    case "number":
      return DOUBLE;
    case "string":
      return oneOf([value]);
    default:
      return isObject(value) ? mapOf(new Map(Object.entries(value).map(([name, field]) => [name, typeOfValue(field)]))) : "any";
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
