import { unreadableRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { unavailable } from "./errors.ts";

/** What a record holds is JSON by contract; an own `__proto__` key survives both ways. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/** How a name is read: as JSON. Many versions of Node cut text off at U+0000, and names may have it. */
export function name(column: string): string {
  return `json_quote(${column}) AS ${column}`;
}

/** What {@link name} has read. */
export function nameIn(row: Row, column: string): string {
  return JSON.parse(String(row[column])) as string;
}

/**
 * `row`: with its `id`, read as a name.
 * @throws STORE_UNAVAILABLE (not retryable) naming the record, for a row that was damaged
 */
export function decode(row: Row, column: string, kind: "" | "thread/" | "grant/" = ""): unknown {
  try {
    return JSON.parse(String(row[column]));
  } catch (error) {
    throw unreadableRecord(`${kind}${nameIn(row, "id")}`, `column ${column} of its row is not JSON`, error);
  }
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
export function decodeEvent(row: Row): unknown {
  try {
    return JSON.parse(String(row["event"]));
  } catch (error) {
    throw unavailable(
      false,
      `the event at position ${String(row["position"])} is damaged: its row is not JSON. Compare the store with a backup`,
      error,
    );
  }
}
