import type { JsonObject } from "@countersign/core";
import type { Shapes } from "@countersign/review";

export function isRequired(shapes: Shapes, key: string): boolean {
  return shapes.some(({ required }) => Array.isArray(required) && required.includes(key));
}

/** Is a member that the schema doesn't name a mistake? Else it's left out, or the tool gets it. */
export function refusesUnknown(shapes: Shapes): boolean {
  return shapes.some((schema) => schema["additionalProperties"] === false || schema["unevaluatedProperties"] === false);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
