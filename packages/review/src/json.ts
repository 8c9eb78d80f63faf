import type { JsonObject } from "@countersign/core";

/** Where there is no value. */
export const ABSENT: unique symbol = Symbol("absent");

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member, or {@link ABSENT}. */
export function memberOf(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return ABSENT;
  const member = (value as Record<string | number, unknown>)[key];
  return member === undefined ? ABSENT : member;
}

/** Are they the same JSON, in whatever order their members come? What is too deep to be written is the same as itself alone. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  const [first, second] = [sortedJson(a), sortedJson(b)];
  return first !== undefined && first === second;
}

function sortedJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, each: unknown) =>
      isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : each,
    );
  } catch {
    return undefined;
  }
}
