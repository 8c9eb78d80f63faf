import { unavailable } from "./errors.ts";

/** What a record holds is JSON by contract. It is kept as text, so that it comes back to the last byte; jsonb would not do that. */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
export function decode(text: string, of: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unavailable(false, `A damaged row: ${of} is no JSON.`, error);
  }
}
