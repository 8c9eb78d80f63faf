import { unavailable } from "./errors.ts";
import type { Row } from "./connection.ts";

/** What a record holds is JSON by contract; an own `__proto__` key survives both ways. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
export function decode(row: Row, column: string): unknown {
  try {
    return JSON.parse(String(row[column]));
  } catch (error) {
    throw unavailable(false, `A damaged row: column ${column} of ${String(row["id"] ?? "an event")} is no JSON.`, error);
  }
}
