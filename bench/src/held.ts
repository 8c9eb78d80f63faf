/** What a process holds, in MB. */
export interface Held {
  readonly heap: number;
  readonly rss: number;
}

/** What this process holds once its garbage is collected, which takes `--expose-gc`. */
export function held(): Held {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: (heapUsed + external) / 1e6, rss: rss / 1e6 };
}
