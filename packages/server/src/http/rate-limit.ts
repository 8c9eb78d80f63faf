/** How many keys are remembered, about 100 bytes each. Whoever has more addresses than that isn't stopped by counting addresses. */
const MOST_KEYS = 100_000;
const MINUTE = 60_000;

/**
 * So many a minute for each key, all at once or spread out. Of each key it keeps one number: when everything is given back
 * (the generic cell rate algorithm).
 */
export class RateLimit {
  /** Ms of the process, the longest unused first. */
  readonly #wholeAt = new Map<string, number>();
  readonly #perMinute: number;
  readonly #mostKeys: number;

  /** @param perMinute `Infinity` for no limit */
  constructor(perMinute: number, mostKeys: number = MOST_KEYS) {
    this.#perMinute = perMinute;
    this.#mostKeys = mostKeys;
  }

  /** Ms until this key has one again; 0: it has one. */
  wait(key: string, now: number = performance.now()): number {
    const wholeAt = this.#wholeAt.get(key) ?? now;
    if (wholeAt <= now) return 0;
    return Math.max(0, Math.round(wholeAt - now - (MINUTE - MINUTE / this.#perMinute)));
  }

  /** Takes one. Ms until this key has one again if it has none, and 0 if it was given. */
  take(key: string, now: number = performance.now()): number {
    const wait = this.wait(key, now);
    if (wait > 0 || this.#perMinute === Infinity) return wait;
    const wholeAt = Math.max(now, this.#wholeAt.get(key) ?? now) + MINUTE / this.#perMinute;
    this.#wholeAt.delete(key);
    this.#wholeAt.set(key, wholeAt);
    this.#forget(now);
    return 0;
  }

  /** Two are looked at for one that comes, so that what is over goes sooner than new ones come. */
  #forget(now: number): void {
    let looked = 0;
    for (const [key, wholeAt] of this.#wholeAt) {
      if (wholeAt <= now || this.#wholeAt.size > this.#mostKeys) this.#wholeAt.delete(key);
      looked += 1;
      if (looked === 2) return;
    }
  }
}
