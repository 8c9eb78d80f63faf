import { unreadableRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { unavailable } from "./errors.ts";

/** What a record holds is JSON by contract. It is kept as text, so that it comes back to the last byte; jsonb would not do that. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * The same text for the same value, in whatever order its members come: a role that may not change something is held to its
 * text, and core gives what it has read in another order. Only arguments keep theirs.
 */
export function encodeInOrder(value: object): string {
  return JSON.stringify(inOrder(value));
}

const AS_THEY_ARE: ReadonlySet<string> = new Set(["args", "value"]);

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, AS_THEY_ARE.has(key) ? member : inOrder(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * @param record what it is reported as: a request's id, or `thread/` or `grant/` and the id
 * @returns an empty object for a column without a value
 * @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged
 */
export function decode(row: Row, column: string, record: string): object {
  const text = row[column] ?? null;
  if (text === null) return {};
  return decodeValue(row, column, record) as object;
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
export function decodeValue(row: Row, column: string, record: string): unknown {
  try {
    return JSON.parse(String(row[column]));
  } catch (error) {
    throw unreadableRecord(record, `column ${column} of its row is not JSON`, error);
  }
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
export function decodeEvent(row: Row, subject: string): object {
  try {
    return JSON.parse(String(row["event"])) as object;
  } catch (error) {
    throw unavailable(false, `an event of ${subject} is damaged: its row is not JSON. Compare the store with a backup`, error);
  }
}
