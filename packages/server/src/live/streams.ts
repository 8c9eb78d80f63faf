import type { Caller } from "../access/caller.ts";
import { HttpError } from "../http/problem.ts";

/** A page is one stream for all tabs of a browser; a script that leaks them is stopped. */
const MOST = 32;

/** The streams of live events that are open, by caller. They end with the server. */
export class Streams {
  readonly #open = new Map<string, Set<AbortController>>();
  #closed = false;

  /**
   * Ends with the signal at the latest: of a caller who has gone, or was answered that it takes too long, nobody may read it.
   * @throws HttpError RATE_LIMITED where a caller has too many already, CLOSING where the server is being closed, and the
   * signal's reason where it has aborted
   */
  open({ kind, by }: Caller, signal: AbortSignal): AbortController {
    signal.throwIfAborted();
    if (this.#closed) throw new HttpError("CLOSING", { headers: { "Retry-After": "1" } });
    const name = `${kind} ${by.id}`;
    const those = this.#open.get(name) ?? new Set();
    if (those.size >= MOST)
      throw new HttpError("RATE_LIMITED", { detail: `You have ${MOST} streams open.`, headers: { "Retry-After": "60" } });
    const stream = new AbortController();
    this.#open.set(name, those.add(stream));
    stream.signal.addEventListener("abort", () => {
      those.delete(stream);
      if (those.size === 0) this.#open.delete(name);
    });
    signal.addEventListener("abort", () => stream.abort(), { signal: stream.signal });
    return stream;
  }

  close(): void {
    this.#closed = true;
    for (const those of [...this.#open.values()]) for (const stream of [...those]) stream.abort();
  }
}
