import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { startChild, stopChild } from "../children/child.ts";
import { inBulk, timed, together, type Comparison, type Timed } from "../measure.ts";
import { BATCHES, suspendOne } from "../moves.ts";
import type { Opened, Operations } from "../operations.ts";
import { openAt, type Address } from "../stores/address.ts";
import { rawAt } from "../stores/raw.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";

interface Given {
  readonly address: Address;
  /** How many write at once. */
  readonly writers: number;
  readonly what: "through core" | "the commit alone";
  /** A worker and a listener hear of every commit. */
  readonly watched: boolean;
  /** Of the raw commit. */
  readonly rows: number;
  /** Commits that are timed together. */
  readonly bulk: number;
}

/** Suspensions of many writers in one process at once, beside as many raw connections that commit. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ address, writers, what, watched, rows, bulk }: Given): Promise<Opened> {
  const store = openAt(address, writers);
  const raws = await Promise.all(Array.from({ length: writers }, () => rawAt(address)));
  // All of its connections are there before anything is measured, as those of the raw writers are.
  await Promise.all(raws.map(() => store.now()));
  const worker = watched ? await startChild("worker", { address, agent: "bench-watching" }) : undefined;
  const unwatch = watched ? store.watch(() => {}) : () => {};
  const suspending = (on: StorePort): Timed => inBulk((commits) => together(writers, commits, () => suspendOne(on)));
  return {
    cases: [
      {
        subject: what === "through core" ? suspending(store) : alone(store, writers),
        baseline: inBulk((commits) => together(writers, commits, (writer) => raws[writer]?.commit(rows))),
        bulk,
        async profile(commits) {
          const { store: timing, spent } = timedStore(store);
          await suspending(timing)(commits);
          const nowhere = await timed(() => prepared(commits));
          const perSecond = Math.round((commits * 1_000) / nowhere.ms);
          return [`core alone, without a database: ${perSecond} a second in one process`, ...spentPerRun(spent, commits)];
        },
      } satisfies Comparison,
    ],
    async [Symbol.asyncDispose]() {
      unwatch();
      if (worker) await stopChild(worker);
      for (const raw of raws) await raw.close();
      await store.close();
    },
  };
}

function alone(store: StorePort, writers: number): Timed {
  return async (commits) => {
    const batches = await prepared(commits);
    return inBulk(() => together(writers, commits, (_, n) => batches[n] && store.commit(batches[n])))(commits);
  };
}

/** What core would commit, made beforehand. */
async function prepared(commits: number) {
  const nowhere = memoryStore();
  const batches = [];
  for (let i = 0; i < commits; i++) batches.push(await BATCHES.suspend(nowhere));
  return batches;
}
