import { unreadableRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { unavailable } from "./errors.ts";

/** What a record holds is JSON by contract. It is kept as text, so that it comes back to the last byte; jsonb would not do that. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * @param record what it is reported as: a request's id, or `thread/` or `grant/` and the id
 * @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged
 */
export function decode(row: Row, column: string, record: string): unknown {
  try {
    return JSON.parse(String(row[column]));
  } catch (error) {
    throw unreadableRecord(record, `column ${column} of its row is no JSON`, error);
  }
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
export function decodeEvent(row: Row, subject: string): unknown {
  try {
    return JSON.parse(String(row["event"]));
  } catch (error) {
    throw unavailable(false, `A damaged row: an event of ${subject} is no JSON.`, error);
  }
}
