import type { Gate, JsonObject } from "@countersign/core";
import { argsIssues, type ProposedCall } from "@countersign/core/adapter";

type Address = Pick<ProposedCall, "namespace" | "tool">;

/**
 * What the policy looks at and a person signs. Models in strict mode say `null` for an argument that is left out, and the
 * SDK drops it before it parses; so does this, where the rule's schema doesn't take it.
 */
export function modelArgs(gate: Gate, address: Address, given: JsonObject): JsonObject {
  const issues = hasNull(given) ? argsIssues(gate, { ...address, args: given }) : [];
  if (issues.length === 0) return given;
  const pruned = structuredClone(given);
  for (const { path } of issues) dropNull(pruned, path);
  return argsIssues(gate, { ...address, args: pruned }).length > 0 ? given : pruned;
}

/** A call's arguments, if they are an object at all. */
export function parseArgs(text: unknown): JsonObject | undefined {
  if (typeof text !== "string") return isObject(text) ? text : undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasNull(value: unknown): boolean {
  if (typeof value !== "object") return false;
  return value === null || Object.values(value).some(hasNull);
}

function dropNull(args: JsonObject, path: readonly PropertyKey[]): void {
  const last = path.at(-1);
  const holder: unknown = path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], args);
  if (last === undefined || !isObject(holder) || (holder as Record<PropertyKey, unknown>)[last] !== null) return;
  Reflect.deleteProperty(holder, last);
}
