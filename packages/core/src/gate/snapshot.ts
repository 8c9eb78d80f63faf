import { isPlainObject, MAX_DEPTH } from "../canonical/json.ts";
import type { JsonObject } from "../contract/json.ts";

/** Arguments as they were at one moment: whoever hands a call on may change them in place. Undefined: they are no JSON. */
export function snapshotOf(args: JsonObject): JsonObject | undefined {
  const copied = copyOf(args, 0);
  return copied === NONE ? undefined : (copied as JsonObject);
}
const NONE = Symbol("no JSON");

function copyOf(value: unknown, depth: number): unknown {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === null || value === undefined) return value;
  if (typeof value !== "object" || depth > MAX_DEPTH) return NONE;
  const isList = Array.isArray(value);
  if (!isList && !isPlainObject(value)) return NONE;
  const copy: Record<string, unknown> | unknown[] = isList ? [] : (Object.create(null) as Record<string, unknown>);
  for (const key of Object.keys(value)) {
    const member = copyOf((value as JsonObject)[key], depth + 1);
    if (member === NONE) return NONE;
    (copy as Record<string, unknown>)[key] = member;
  }
  return copy;
}

/** Are these still the arguments of which the snapshot was made? */
export function isStill(snapshot: unknown, value: unknown): boolean {
  if (typeof snapshot !== "object" || snapshot === null || typeof value !== "object" || value === null) return snapshot === value;
  if (Array.isArray(snapshot) !== Array.isArray(value)) return false;
  if (!Array.isArray(value) && !isPlainObject(value)) return false;
  const keys = Object.keys(snapshot);
  if (keys.length !== Object.keys(value).length) return false;
  return keys.every((key) => Object.hasOwn(value, key) && isStill((snapshot as JsonObject)[key], (value as JsonObject)[key]));
}
