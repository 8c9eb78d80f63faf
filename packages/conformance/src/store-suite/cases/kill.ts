import { setTimeout as sleep } from "node:timers/promises";
import type { StorePort } from "@countersign/core/store";
import { holds, same, within } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { claimed } from "./due-claims.ts";
import { everyEvent } from "../pages.ts";
import { commit, idsOf, placesOf, put, putThread, request, TENANT, thread } from "../records.ts";

/** What `ask` commits together in a thread is there together; answers how many. */
async function wholeBatches(store: StorePort, threadId: string): Promise<number> {
  const owner = await store.getThread(TENANT, threadId);
  const count = owner?.version ?? 0;
  same((await store.requestsOfThread(TENANT, threadId)).length, count, "requests, beside the thread's version");
  same(owner?.open ?? 0, count, "the thread's counter, beside its version");
  same([...new Set(owner?.continuation)], count === 0 ? [] : [count % 256], "the saved state, beside the thread's version");
  const places = Array.from({ length: count }, (_, n) => [`thread/${threadId}/${n + 1}`, `${threadId}-${n + 1}/1`]).flat();
  const events = (await everyEvent(store)).events.filter(({ subject }) => subject.includes(threadId));
  same(placesOf(events), places, "events, beside the thread's version");
  return count;
}

interface Asked {
  readonly threadId: string;
  readonly n: number;
}

export const killCases: readonly StoreCase[] = [
  {
    id: "store.kill.commits",
    title: "kill -9 between or within commits loses nothing that was acknowledged and leaves nothing half done.",
    guards: "A crash leaves a decision that is counted and not recorded, or loses one that somebody was told of.",
    needs: ["durable"],
    run: async ({ open, spawn }) => {
      let last = 0;
      for (const commits of [1, 7, 25, 60, 3]) {
        const child = spawn("ask", { threads: ["pay-001"] });
        await child.heard(commits);
        const acknowledged = ((await child.kill()).at(-1) as Asked).n;
        const store = await open();
        const count = await wholeBatches(store, "pay-001");
        holds(acknowledged >= last + commits, "the store went on from what was there");
        // The one after the last acknowledged may have been committed too, just before it could say so.
        holds(count === acknowledged || count === acknowledged + 1, `${acknowledged} were acknowledged and ${count} are there`);
        await store.close();
        last = count;
      }
    },
  },
  {
    id: "store.kill.at-once",
    title: "kill -9 while many commit at once loses nothing that was acknowledged and leaves nothing half done, whoever's it is.",
    guards: "Commits that share a transaction are told that they happened before it did.",
    needs: ["durable"],
    run: async ({ open, spawn }) => {
      const threads = Array.from({ length: 12 }, (_, n) => `pay-${n}-`);
      let last = threads.map(() => 0);
      for (const commits of [1, 12, 30, 77, 5]) {
        const child = spawn("ask", { threads });
        await child.heard(commits);
        const said = (await child.kill()) as readonly Asked[];
        const store = await open();
        const counts: number[] = [];
        for (const [index, threadId] of threads.entries()) {
          const acknowledged = said.findLast((one) => one.threadId === threadId)?.n ?? last[index] ?? 0;
          const count = await wholeBatches(store, threadId);
          // The one after the last acknowledged may have been committed too, just before it could say so.
          holds(count === acknowledged || count === acknowledged + 1, `${acknowledged} were acknowledged and ${count} are there`);
          counts.push(count);
        }
        await store.close();
        last = counts;
      }
    },
  },
  {
    id: "store.kill.opening",
    title: "kill -9 while a store is being made leaves one that opens.",
    guards: "A deploy that was interrupted once never starts again.",
    needs: ["durable"],
    run: async ({ open, spawn, location }) => {
      const interrupt = async (stores: number, round: number): Promise<void> => {
        const at = `${location}-${round}`;
        const child = spawn("create", { most: stores + 3 }, at);
        await child.heard(stores);
        // At another moment of the opening each time.
        await sleep(3 * (round + 1));
        const made = (await child.kill()).length;
        for (let n = 0; n < made; n++) {
          const store = await within(20_000, "opening what was left", open(`${at}-${n}`));
          await commit(store, [put(request("r1"))]);
          await store.close();
        }
      };
      await Promise.all([1, 2, 3, 5, 8].map(interrupt));
    },
  },
  {
    id: "store.kill.claim",
    title: "The thread of a worker that was killed is due again once its lease is over, under the next fence.",
    guards: "A killed worker takes its runs with it.",
    needs: ["durable"],
    run: async ({ open, spawn }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001"))]);
      await store.close();
      const child = spawn("hold", { leaseMs: 1_500 });
      same(await child.heard(1), [[{ id: "pay-001", fence: 2 }]], "the claim in another process");
      await child.kill();
      const again = await open();
      const options = { tenant: TENANT, holder: "worker/2", leaseMs: 60_000, limit: 9 };
      const { leaseUntil } = (await again.getThread(TENANT, "pay-001")) ?? { leaseUntil: 0 };
      const early = await claimed(again, options);
      holds(early.length === 0 || (await again.now()) >= leaseUntil, "it was claimed before the lease was over");
      if (early.length > 0) return same(early, [{ id: "pay-001", fence: 3 }], "the claim after the lease");
      while ((await again.now()) < leaseUntil) await sleep(20);
      same(await claimed(again, options), [{ id: "pay-001", fence: 3 }], "the claim after the lease");
    },
  },
  {
    id: "store.kill.others",
    title: "A process that is killed in the middle of its commits keeps nobody else from theirs.",
    guards: "A lock outlives its owner, and nobody can sign any more.",
    needs: ["shared", "durable"],
    run: async ({ open, spawn }) => {
      const store = await open();
      for (let round = 0; round < 4; round++) {
        const child = spawn("crowd", { name: `crowd-${round}`, pause: 1 });
        await child.heard(3 + round);
        await child.kill();
        await within(8_000, "a commit after a kill", commit(store, [put(request(`after-${round}`))]));
      }
      const after = (await store.listRequests(TENANT, { limit: 1_000 })).items.filter(({ id }) => id.startsWith("after-"));
      same(idsOf(after).length, 4, "the commits after the kills");
    },
  },
];
