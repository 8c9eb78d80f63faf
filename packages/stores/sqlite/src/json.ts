import { unreadableRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { unavailable } from "./errors.ts";

/** What a record holds is JSON by contract; an own `__proto__` key survives both ways. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/** @throws STORE_UNAVAILABLE (not retryable) naming the record, for a row that was damaged */
export function decode(row: Row, column: string, kind: "" | "thread/" | "grant/" = ""): unknown {
  try {
    return JSON.parse(String(row[column]));
  } catch (error) {
    throw unreadableRecord(`${kind}${String(row["id"])}`, `column ${column} of its row is no JSON`, error);
  }
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
export function decodeEvent(row: Row): unknown {
  try {
    return JSON.parse(String(row["event"]));
  } catch (error) {
    throw unavailable(false, `A damaged row: the event at position ${String(row["position"])} is no JSON.`, error);
  }
}
