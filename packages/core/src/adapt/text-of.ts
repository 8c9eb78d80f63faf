import { toBase64 } from "../canonical/base64.ts";

/**
 * A tool's result in words, for a framework whose models read text: text as it is, anything else as JSON, with bigints as
 * text, bytes as base64, a Map or a Set as a list. Never throws: the call has run.
 * @example textOf({ paid: 4_200n }) // {"paid":"4200"}
 */
export function textOf(result: unknown): string {
  if (typeof result === "string") return result;
  try {
    return JSON.stringify(result, tellable) ?? "done";
  } catch {
    return "done";
  }
}

function tellable(this: Readonly<Record<string, unknown>>, key: string, json: unknown): unknown {
  const value = this[key];
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return toBase64(value);
  return value instanceof Map || value instanceof Set ? [...value] : json;
}
