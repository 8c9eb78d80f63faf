/** How long an answer may take before it counts as lost, in ms. */
const PATIENCE = 60_000;

/** What others will tell, awaited by what it is about. */
export class Answers {
  readonly #awaited = new Map<string, PromiseWithResolvers<unknown>>();
  #failed: Error | undefined;

  /** @throws Error if it doesn't come within a minute, or can't come any more */
  async of<T>(what: string): Promise<T> {
    if (this.#failed) throw this.#failed;
    const awaited = Promise.withResolvers<unknown>();
    this.#awaited.set(what, awaited);
    const timer = setTimeout(() => awaited.reject(new Error(`Nothing was heard within a minute: ${what}`)), PATIENCE);
    try {
      return (await awaited.promise) as T;
    } finally {
      clearTimeout(timer);
      this.#awaited.delete(what);
    }
  }

  /** What nobody awaits is dropped. */
  give(what: string, answer: unknown): void {
    this.#awaited.get(what)?.resolve(answer);
  }

  /** None will come any more. */
  fail(error: Error): void {
    this.#failed = error;
    for (const awaited of this.#awaited.values()) awaited.reject(error);
  }
}
