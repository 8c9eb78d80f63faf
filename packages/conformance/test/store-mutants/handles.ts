import { setImmediate } from "node:timers/promises";
import { CountersignError, type StorePort } from "@countersign/core/store";
import { weak, wrapped, type Mutant } from "./mutant.ts";

/** Listeners of its own, told by `tell`. */
function listening(): { readonly all: Set<() => void>; readonly watch: StorePort["watch"] } {
  const all = new Set<() => void>();
  const watch = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    all.add(own);
    return () => void all.delete(own);
  };
  return { all, watch };
}

/** Whatever the store says: it did not answer. */
function unanswered<T>(answer: Promise<T>): Promise<T> {
  return answer.catch(() => Promise.reject(new CountersignError("STORE_UNAVAILABLE", { retryable: false })));
}

export const handleMutants: readonly Mutant[] = [
  wrapped("says-it-lasts-not", ["store.says.capabilities"], (store) => ({ capabilities: { ...store.capabilities, durable: false } })),
  wrapped("clock-in-seconds", ["store.clock.unix-ms"], (store) => ({ now: async () => (await store.now()) / 1_000 })),
  wrapped("clock-of-its-start", ["store.clock.unix-ms"], async (store) => {
    const start = await store.now();
    return { now: async () => start };
  }),
  wrapped("two-clocks", ["store.clock.one", "store.commit.before"], (store) => ({ now: async () => (await store.now()) + 120_000 })),
  wrapped("deaf", ["store.watch.hears", "store.watch.handles", "store.watch.shared"], () => ({ watch: () => () => {} })),
  wrapped("deaf-without-push", ["store.watch.hears"], (store) => ({
    capabilities: { ...store.capabilities, push: false },
    watch: () => () => {},
  })),
  wrapped("hears-itself-only", ["store.watch.handles", "store.watch.shared"], (store) => {
    const { all, watch } = listening();
    return {
      watch,
      commit: async (batch) => {
        const committed = await store.commit(batch);
        for (const listener of all) queueMicrotask(listener);
        return committed;
      },
    };
  }),
  wrapped("tells-at-once", ["store.watch.after"], (store) => {
    const { all, watch } = listening();
    return {
      watch,
      commit: (batch) => {
        for (const listener of all) listener();
        return store.commit(batch);
      },
    };
  }),
  wrapped("one-leaves-all-leave", ["store.watch.off"], (store) => {
    let offs: (() => void)[] = [];
    return {
      watch: (listener) => {
        offs.push(store.watch(listener));
        return () => {
          for (const off of offs) off();
          offs = [];
        };
      },
    };
  }),
  wrapped("nobody-leaves", ["store.watch.off"], (store) => ({
    watch: (listener) => {
      store.watch(listener);
      return () => {};
    },
  })),
  wrapped("busy-while-telling", ["store.watch.reentrant"], (store) => {
    const { all, watch } = listening();
    let telling = false;
    return {
      watch,
      commit: async (batch) => {
        if (telling) throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
        const committed = await store.commit(batch);
        telling = all.size > 0;
        for (const listener of all) queueMicrotask(listener);
        setTimeout(() => (telling = false), 5);
        return committed;
      },
    };
  }),
  wrapped("answers-when-closed", ["store.close.refuses", "store.close.twice"], () => ({
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  })),
  wrapped("watches-when-closed", ["store.close.refuses"], () => ({ watch: () => () => {} })),
  wrapped("says-no-answer-when-closed", ["store.close.refuses", "store.close.twice"], (store) => ({
    now: () => unanswered(store.now()),
    getRequest: (tenant, id) => unanswered(store.getRequest(tenant, id)),
  })),
  wrapped("drops-calls-when-closed", ["store.close.under-way"], (store) => {
    let closed = false;
    return {
      commit: async (batch) => {
        const committed = await store.commit(batch);
        await setImmediate();
        if (closed) throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
        return committed;
      },
      close: async () => {
        closed = true;
        await store.close();
      },
    };
  }),
  wrapped("closes-once", ["store.close.twice"], (store) => {
    let closed = false;
    return {
      close: async () => {
        if (closed) throw new Error("closed already");
        closed = true;
        await store.close();
      },
    };
  }),
  weak("writes-at-close", ["store.reopen.unclosed", "store.kill.commits"], { flushEvery: Infinity }),
  weak("acknowledges-early", ["store.kill.commits", "store.kill.at-once"], { flushEvery: 10 }),
];
