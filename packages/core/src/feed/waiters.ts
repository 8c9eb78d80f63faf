interface Waiter<T> {
  /** Whatever comes of this turn, or of one before, comes too early. */
  readonly turn: number;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Those who wait for something. Whoever gives up leaves nothing behind, however long the others wait. */
export class Waiters<T> {
  readonly #waiting = new Set<Waiter<T>>();
  #never: { readonly because: unknown } | undefined;

  /** Undefined: given up. */
  async wait(signal: AbortSignal | undefined, turn: number = 0): Promise<T | undefined> {
    if (this.#never) throw this.#never.because;
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    const waiter = { turn, resolve, reject };
    const giveUp = (): void => resolve(undefined);
    this.#waiting.add(waiter);
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted) giveUp();
    return promise.finally(() => {
      this.#waiting.delete(waiter);
      signal?.removeEventListener("abort", giveUp);
    });
  }

  /** It has come, in this turn. */
  resolve(value: T, turn: number = Infinity): void {
    for (const waiter of this.#waiting) if (waiter.turn < turn) waiter.resolve(value);
  }

  /** It never comes, also for those who begin to wait later. */
  reject(because: unknown): void {
    this.#never = { because };
    for (const waiter of this.#waiting) waiter.reject(because);
  }
}
