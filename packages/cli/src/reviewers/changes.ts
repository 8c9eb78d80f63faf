import type { StorePort } from "@countersign/core/store";

/** Looks at least this often, because a hint may be lost. */
const AT_LEAST = 1_000;
/** A busy store hints without end. */
const AT_MOST = 100;

/** Does the work at once, and again whenever something may have changed, until the signal. */
export async function onChanges(store: Pick<StorePort, "watch">, work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  let hint = Promise.withResolvers<void>();
  const hinted = (): void => hint.resolve();
  const unwatch = store.watch(hinted);
  signal?.addEventListener("abort", hinted);
  try {
    while (!signal?.aborted) {
      // Before the work: what happens during it may be what it missed.
      hint = Promise.withResolvers();
      await work();
      const timer = setTimeout(hinted, AT_LEAST);
      await hint.promise;
      clearTimeout(timer);
      if (!signal?.aborted) await new Promise((resolve) => setTimeout(resolve, AT_MOST));
    }
  } finally {
    signal?.removeEventListener("abort", hinted);
    unwatch();
  }
}
