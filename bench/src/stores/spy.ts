import type { Batch, StorePort } from "@countersign/core/store";

/** Where the time of a move goes, seen from core. */
export interface Spent {
  readonly methods: Map<string, { calls: number; ms: number }>;
  /** ms with at least one call under way: reads that go together count once. */
  waiting: number;
}

/** A store that times its methods. */
export function timedStore(store: StorePort): { readonly store: StorePort; readonly spent: Spent } {
  const spent: Spent = { methods: new Map(), waiting: 0 };
  let open = 0;
  let since = 0;
  const timing = wrapped(store, async (name, call) => {
    const begun = performance.now();
    if (open++ === 0) since = begun;
    try {
      return await call();
    } finally {
      const ended = performance.now();
      if (--open === 0) spent.waiting += ended - since;
      const { calls, ms } = spent.methods.get(name) ?? { calls: 0, ms: 0 };
      spent.methods.set(name, { calls: calls + 1, ms: ms + ended - begun });
    }
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
  "commit", "now", "getRequest", "getThread", "readThread", "requestsOfThread", "requestsOfTurn", "listRequests", "countRequests", "claimDue", "grantsFor",
] as const satisfies readonly (keyof StorePort)[]; // prettier-ignore

/** Every asynchronous method goes through `around`. */
export function wrapped(store: StorePort, around: (name: string, call: () => Promise<unknown>) => Promise<unknown>): StorePort {
  const methods = ASYNC.map((name) => {
    const method = store[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => around(name, () => method.apply(store, args))] as const;
  });
  return { ...store, ...Object.fromEntries(methods) };
}

/** One line for each method, per run and in the order of their cost. */
export function spentPerRun({ methods }: Spent, runs: number): string[] {
  return [...methods]
    .sort(([, a], [, b]) => b.ms - a.ms)
    .map(([name, { calls, ms }]) => `store.${name}: ${(calls / runs).toFixed(1)} calls, ${(ms / runs).toFixed(3)} ms`);
}
