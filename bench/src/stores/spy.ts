import type { Batch, StorePort } from "@countersign/core/store";

/** A store that times its methods: where the time of a move goes, seen from core. */
export function timedStore(store: StorePort): { readonly store: StorePort; readonly spent: Map<string, { calls: number; ms: number }> } {
  const spent = new Map<string, { calls: number; ms: number }>();
  const timing = wrapped(store, (name, call) => {
    const begun = performance.now();
    return call().finally(() => {
      const before = spent.get(name) ?? { calls: 0, ms: 0 };
      spent.set(name, { calls: before.calls + 1, ms: before.ms + performance.now() - begun });
    });
  });
  return { store: timing, spent };
}

/** A store that answers reads and keeps the batches that it is given, as if it had committed them. */
export function capturingStore(store: StorePort): { readonly store: StorePort; readonly batches: Batch[] } {
  const batches: Batch[] = [];
  const commit: StorePort["commit"] = async (batch) => {
    batches.push(batch);
    return { ok: true };
  };
  return { store: { ...store, commit }, batches };
}

const ASYNC = [
  "commit", "now", "getRequest", "getThread", "requestsOfThread", "requestsOfTurn", "listRequests", "claimDue", "grantsFor",
] as const satisfies readonly (keyof StorePort)[]; // prettier-ignore

/** Every asynchronous method goes through `around`. */
function wrapped(store: StorePort, around: (name: string, call: () => Promise<unknown>) => Promise<unknown>): StorePort {
  const methods = ASYNC.map((name) => {
    const method = store[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => around(name, () => method.apply(store, args))] as const;
  });
  return { ...store, ...Object.fromEntries(methods) };
}

/** `3 getThread 0.05 ms`: per run, in the order of their cost. */
export function spentPerRun(spent: ReadonlyMap<string, { readonly calls: number; readonly ms: number }>, runs: number): string[] {
  return [...spent]
    .sort(([, a], [, b]) => b.ms - a.ms)
    .map(([name, { calls, ms }]) => `store.${name}: ${(calls / runs).toFixed(1)} calls, ${(ms / runs).toFixed(3)} ms`);
}
