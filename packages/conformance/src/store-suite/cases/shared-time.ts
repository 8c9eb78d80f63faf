import { setTimeout as sleep } from "node:timers/promises";
import type { Batch } from "@countersign/core/store";
import { has, holds, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { allAtOnce } from "../process/start.ts";
import { addOpen, commit, FAR, idsOf, putThread, requireFence, TENANT, thread } from "../records.ts";

const times = <T>(count: number, make: (n: number) => T): readonly T[] => Array.from({ length: count }, (_, n) => make(n));
const batch = (...changes: Batch["changes"]): Batch => ({ tenant: TENANT, changes, events: [] });

export const sharedTimeCases: readonly StoreCase[] = [
  {
    id: "store.shared.before",
    title: "A process that waits for the others until its deadline has passed is refused.",
    guards: "The database was busy, and a signature counts after its request expired.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      await commit(store, [putThread(thread("busy", { notBefore: FAR }))]);
      const others = [
        ...times(2, (n) => spawn("hog", { name: `hog-${n}`, thread: "busy" })),
        spawn("sweep", { holder: "worker/1", leaseMs: 600_000 }),
      ];
      await Promise.all(others.map((other) => other.heard(1)));
      const first = (await store.now()) + 200;
      const rounds = times(20, (n) => ({ id: `t${n}`, before: first + n * 80, ms: [2, 5, 10, 20, 40][n % 5] ?? 0 }));
      await commit(
        store,
        rounds.map(({ id, before }) => putThread(thread(id, { notBefore: before }))),
      );
      for (const other of others) other.go();
      for (const { id, before, ms } of rounds) {
        while ((await store.now()) < before - ms) await sleep(1);
        // Claimed at the deadline at the earliest: whoever finds the fence of that claim comes too late.
        const { ok } = await store.commit({ ...batch(addOpen("busy", 1), requireFence(id, 2)), before });
        holds(!ok, `a batch with a deadline in ${ms} ms was written after another process's claim at the deadline`);
      }
      await Promise.all(others.map((other) => other.kill()));
      const claimed = await Promise.all(rounds.map(({ id }) => store.getThread(TENANT, id)));
      holds(claimed.filter((one) => one?.fence === 2).length > 0, "nothing was claimed, so nothing was tried");
    },
  },
  {
    id: "store.shared.claims",
    title: "Several processes that claim what is due get each thread once.",
    guards: "Two workers wake one thread, and the run goes on twice.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      await commit(
        store,
        times(120, (n) => putThread(thread(`t${n}`))),
      );
      const workers = times(3, (n) => spawn("claim", { holder: `worker/${n}`, leaseMs: 600_000, limit: 4 }));
      const claims = await allAtOnce(workers);
      same([...idsOf(claims.flat())].sort(), [...times(120, (n) => `t${n}`)].sort(), "all claims together");
      for (const [n, mine] of claims.entries()) {
        for (const { id, fence } of mine) {
          same(fence, 2, `the fence of ${id}`);
          has(await store.getThread(TENANT, id), { holder: `worker/${n}`, fence, version: 2 }, id);
        }
      }
    },
  },
];
