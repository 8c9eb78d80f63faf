import { CLOCK_LAG, type StorePort } from "@countersign/core/store";
import type { Monitor } from "./monitor.ts";
import type { Process } from "./process.ts";
import type { World } from "./world.ts";

/** Wake-up calls that are on their way: `watch` promises no more than that losing one is harmless. */
export class Hints {
  readonly #listeners = new Map<() => void, Process>();
  readonly #waiting = new Set<() => void>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  watch(process: Process, listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.set(own, process);
    return () => {
      this.#listeners.delete(own);
      this.#waiting.delete(own);
    };
  }

  /** Somebody has written: half of the others will hear of it, some time. */
  spread(): void {
    for (const [listener, process] of this.#listeners) {
      if (!process.alive) this.#listeners.delete(listener);
      else if (this.#world.random.chance(0.5)) this.#waiting.add(listener);
    }
  }

  waiting(): readonly (() => void)[] {
    return [...this.#waiting].filter((listener) => (this.#listeners.get(listener)?.frozen ?? 1) <= 0);
  }

  deliver(listener: () => void): void {
    this.#waiting.delete(listener);
    listener();
  }
}

/** The store as one process sees it: every operation waits for the scheduler, which may let it fail in every way. */
export function chaosStore(world: World, process: Process, inner: StorePort, monitor: Monitor, hints: Hints): StorePort {
  const read = <T>(name: string, run: () => Promise<T>): Promise<T> => world.request(process, "read", name, run);
  return {
    capabilities: { durable: true, shared: true, push: true },
    commit: (batch) =>
      world.request(process, "write", "commit", async () => {
        const committed = await inner.commit(batch);
        if (committed.ok) await monitor.committed(process, batch);
        if (committed.ok) hints.spread();
        return committed;
      }),
    claimDue: (kind, options) =>
      world.request(process, kind === "thread" ? "write" : "read", `claimDue ${kind}`, async () => {
        const due = await inner.claimDue(kind, options);
        if (kind === "thread") await monitor.leased(process, due);
        return due;
      }),
    now: () =>
      read("now", async () => {
        const lag = world.scenario.lags ? world.random.below(CLOCK_LAG + 1) : 0;
        return (await inner.now()) - lag;
      }),
    getRequest: (tenant, id) => read("getRequest", () => inner.getRequest(tenant, id)),
    getThread: (tenant, id) => read("getThread", () => inner.getThread(tenant, id)),
    readThread: (tenant, id) => read("readThread", () => inner.readThread(tenant, id)),
    requestsOfThread: (tenant, threadId, after) => read("requestsOfThread", () => inner.requestsOfThread(tenant, threadId, after)),
    requestsOfTurn: (tenant, threadId, turnId) => read("requestsOfTurn", () => inner.requestsOfTurn(tenant, threadId, turnId)),
    listRequests: (tenant, query) => read("listRequests", () => inner.listRequests(tenant, query)),
    countRequests: (tenant, query, cap) => read("countRequests", () => inner.countRequests(tenant, query, cap)),
    grantsFor: (tenant, call) => read("grantsFor", () => inner.grantsFor(tenant, call)),
    listEvents: (tenant, after, limit, subject) => read("listEvents", () => inner.listEvents(tenant, after, limit, subject)),
    watch: (listener) => hints.watch(process, listener),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
