import { isCountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";

const AGAIN_AFTER = 60_000;

/** Lets the same trouble through once a minute: it comes up with every look while it lasts. */
export class ErrorThrottle {
  readonly #told = new Map<string, number>();

  isNew(error: unknown, now: number): boolean {
    for (const [trouble, at] of this.#told) if (now - at >= AGAIN_AFTER) this.#told.delete(trouble);
    const trouble = keyOf(error);
    if (this.#told.has(trouble)) return false;
    this.#told.set(trouble, now);
    return true;
  }
}

/** A store that is away says so in ever other words. */
function keyOf(error: unknown): string {
  if (isCountersignError(error, "STORE_UNAVAILABLE") && error.details.retryable) return error.code;
  return messageOf(error);
}
