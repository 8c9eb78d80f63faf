import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import type { ProposedCall } from "../contract/call.ts";
import type { JsonObject } from "../contract/json.ts";
import { CountersignError } from "../errors/error.ts";

/** Deeper values are refused: other JSON tools in a thread's path overflow their stack on them. */
export const MAX_DEPTH = 500;

/** Where it is, seen from here. */
type Bad = readonly PropertyKey[] | undefined;
const HERE: Bad = [];

/** The path of the first thing that JSON can't carry, or undefined. Members that are undefined are dropped, as JSON does. */
export function firstNonJson(value: unknown, above: readonly object[] = []): Bad {
  switch (typeof value) {
    case "boolean":
      return undefined;
    case "string":
      return value.isWellFormed() ? undefined : HERE;
    case "number":
      return Number.isFinite(value) ? undefined : HERE;
    case "object":
      if (value === null) return undefined;
      if (above.length >= MAX_DEPTH || above.includes(value)) return HERE;
      return Array.isArray(value) ? badItem(value, above) : badMember(value, above);
    default:
      return HERE;
  }
}

function badItem(array: readonly unknown[], above: readonly object[]): Bad {
  const inside = [...above, array];
  for (let i = 0; i < array.length; i++) {
    const bad = firstNonJson(array[i], inside);
    if (bad) return [i, ...bad];
  }
  return undefined;
}

function badMember(object: object, above: readonly object[]): Bad {
  if (!isPlainObject(object)) return HERE;
  if (typeof (object as { toJSON?: unknown }).toJSON === "function") return HERE;
  const inside = [...above, object];
  for (const key of Object.keys(object)) {
    const member = (object as JsonObject)[key];
    if (!key.isWellFormed()) return [key];
    if (member === undefined) continue;
    const bad = firstNonJson(member, inside);
    if (bad) return [key, ...bad];
  }
  return undefined;
}

/** Of no class. */
export function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype || isForeignPlain(prototype);
}

/** The `Object.prototype` of another realm (a vm context, a test runner's sandbox). */
function isForeignPlain(prototype: unknown): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty");
}

/**
 * Canonical JSON text (RFC 8785).
 * @throws NOT_JSON with the path of what can't be represented
 */
export function canonicalJson(value: unknown): string {
  const bad = firstNonJson(value);
  if (bad) throw new CountersignError("NOT_JSON", { path: bad });
  return canonicalize(value) as string;
}

/** A deep copy that shares nothing with the original and holds JSON only. @throws NOT_JSON */
export function jsonCopy(value: JsonObject): JsonObject {
  return JSON.parse(canonicalJson(value)) as JsonObject;
}

/** SHA-256 over canonical JSON (RFC 8785, UTF-8), 64 lower-case hex characters. @throws NOT_JSON */
export function sha256(value: unknown): string {
  return hash("sha256", canonicalJson(value), "hex");
}

/** The same of what has come through JSON: nothing is checked. Text with lone surrogates has a hash, too. */
export function sha256OfJson(value: unknown): string {
  try {
    return hash("sha256", canonicalize(value) ?? "", "hex");
  } catch {
    return hash("sha256", canonicalize(wellFormed(value)) ?? "", "hex");
  }
}

/** Texts with lone surrogates, which have no UTF-8, as JSON writes them. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : JSON.stringify(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [wellFormed(key), wellFormed(member)]));
}

/** The hash, or undefined for what can't be hashed: it never was. */
export function hashOrNone(hash: () => string): string | undefined {
  try {
    return hash();
  } catch {
    return undefined;
  }
}

/** What a signature is about: namespace, tool and exact arguments. @throws NOT_JSON */
export function digestOf(call: { readonly namespace?: string | undefined; readonly tool: string; readonly args: JsonObject }): string {
  return sha256({ namespace: call.namespace ?? null, tool: call.tool, args: call.args });
}

/** The id of the request for this call: asking twice gives the same one, other arguments give another. */
export function requestIdOf(tenant: string, threadId: string, call: ProposedCall, digest: string = digestOf(call)): string {
  return sha256([tenant, threadId, call.turnId, call.callId, digest]).slice(0, 32);
}

/**
 * A turn id for frameworks whose messages have none: a hash of the conversation up to and including the message
 * that proposes the calls. What JSON drops or changes (undefined, Dates, half a character that was cut off) is hashed as JSON
 * would write it.
 * @throws TypeError for cycles and BigInt
 */
export function turnIdOf(history: unknown): string {
  return sha256OfJson(JSON.parse(JSON.stringify(history))).slice(0, 32);
}
