import type { Unreadable } from "../contract/request.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";

/** What reading this one record throws. For stores: of bytes that are not what was written. */
export function unreadableRecord(id: string, reason: string, cause?: unknown): CountersignError<"STORE_UNAVAILABLE"> {
  return new CountersignError("STORE_UNAVAILABLE", { retryable: false, unreadable: { id, reason } }, cause === undefined ? {} : { cause });
}

/** The record that an error is about, if it is that one record that can't be read. */
export function unreadableIn(error: unknown): Unreadable | undefined {
  return isCountersignError(error, "STORE_UNAVAILABLE") ? error.details.unreadable : undefined;
}

/** Null for a record that can't be read, or isn't what was hashed: whoever goes through many leaves it as it is. */
export function unlessUnreadable<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch((error: unknown) => {
    if (unreadableIn(error) || isCountersignError(error, "AUDIT_BROKEN")) return null;
    throw error;
  });
}

/** Reads each by itself: one that can't be read is named, and keeps none of the others from it. Absent `unreadable`: all could be. */
export function readEach<From, To>(
  from: readonly From[],
  read: (one: From) => To,
): { readonly items: readonly To[]; readonly unreadable?: readonly Unreadable[] } {
  const items: To[] = [];
  const unreadable: Unreadable[] = [];
  for (const one of from) {
    try {
      items.push(read(one));
    } catch (error) {
      const found = unreadableIn(error);
      if (!found) throw error;
      unreadable.push(found);
    }
  }
  return unreadable.length > 0 ? { items, unreadable } : { items };
}
