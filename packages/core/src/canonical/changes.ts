import type { JsonObject } from "../contract/json.ts";
import type { ArgsPath, ParsedArgs } from "../contract/parsed.ts";
import { canonicalJson } from "./json.ts";

type Sets = ParsedArgs["sets"];

/** Where two JSON values differ, and what the second has there: as far down as both have the same shape. */
export function changesBetween(before: unknown, after: unknown, path: ArgsPath = []): Sets {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => memberChange(before, after, key, path));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => changesBetween(item, after[index], [...path, index]));
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, value: after }];
}

function memberChange(before: JsonObject, after: JsonObject, key: string, path: ArgsPath): Sets {
  const at = [...path, key];
  if (!hasMember(after, key)) return hasMember(before, key) ? [{ path: at }] : [];
  return hasMember(before, key) ? changesBetween(before[key], after[key], at) : [{ path: at, value: after[key] }];
}

/** JSON drops members that are undefined. */
function hasMember(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key) && object[key] !== undefined;
}

/** Undefined: there is nothing. */
export function valueAt(value: unknown, path: ArgsPath): { readonly value: unknown } | undefined {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return { value: found };
}

/** The same JSON with nothing at these paths. */
export function without(value: unknown, paths: readonly ArgsPath[]): unknown {
  if (paths.length === 0) return value;
  const below = (key: string | number): readonly ArgsPath[] => paths.filter(([first]) => first === key).map((path) => path.slice(1));
  const isLeft = (key: string | number): boolean => !paths.some((path) => path.length === 1 && path[0] === key);
  if (Array.isArray(value)) return value.map((item, index) => (isLeft(index) ? without(item, below(index)) : null));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isLeft(key))
      .map(([key, member]) => [key, without(member, below(key))]),
  );
}

/** The same JSON with these changes made. */
export function withChanges(value: unknown, sets: Sets): unknown {
  const whole = sets.find(({ path }) => path.length === 0);
  if (whole) return whole.value;
  const below = (key: string | number): Sets =>
    sets.flatMap(({ path: [first, ...path], ...set }) => (first === key ? [{ ...set, path }] : []));
  if (Array.isArray(value)) return value.map((item, index) => withChanges(item, below(index)));
  if (!isObject(value)) return value;
  const isDropped = (key: string): boolean => sets.some(({ path, ...set }) => path.length === 1 && path[0] === key && !("value" in set));
  const keys = new Set([...Object.keys(value), ...sets.map(({ path: [first] }) => String(first))]);
  return Object.fromEntries([...keys].filter((key) => !isDropped(key)).map((key) => [key, withChanges(value[key], below(key))]));
}

/** Whatever a schema gives, as JSON that differs where the values do. */
export function asPlainJson(value: unknown, above: readonly object[] = []): unknown {
  switch (typeof value) {
    case "object":
      return value === null || above.includes(value) ? null : plainObject(value, [...above, value]);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "string":
      return value.toWellFormed();
    case "boolean":
      return value;
    default:
      return String(value);
  }
}

function plainObject(value: object, above: readonly object[]): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (value instanceof Map || value instanceof Set) return [...value].map((item) => asPlainJson(item, above));
  if (Array.isArray(value)) return value.map((item) => asPlainJson(item, above));
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return asPlainJson(toJSON.call(value), above);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key.toWellFormed(), asPlainJson(member, above)]),
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
