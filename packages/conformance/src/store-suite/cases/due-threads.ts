import { setImmediate as breathe } from "node:timers/promises";
import type { DueItem } from "@countersign/core/store";
import { has, holds, refused, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { addOpen, commit, FAR, idsOf, put, putThread, request, requireFence, T0, TENANT, thread } from "../records.ts";
import { APPROVED, claimed, due, dueSorted, OPTIONS } from "./due-claims.ts";

export const dueThreadCases: readonly StoreCase[] = [
  {
    id: "store.due.thread",
    title: "A thread is due when it is live, free, not backing off, and nothing is open; or when its holder let the lease lapse.",
    guards: "A run that everybody signed never goes on, or goes on before they have.",
    run: async ({ open }) => {
      const store = await open();
      const lapsed = { holder: "native/1", leaseUntil: T0 } as const;
      const all = [
        thread("due"),
        thread("open"),
        thread("closed", { state: "closed" }),
        thread("held", { holder: "native/1", leaseUntil: FAR }),
        thread("lapsed", lapsed),
        thread("lapsed-open", lapsed),
        thread("lapsed-closed", { ...lapsed, state: "closed" }),
        thread("backing-off", { notBefore: FAR }),
        thread("lapsed-backing-off", { ...lapsed, notBefore: FAR }),
        thread("backed-off", { notBefore: T0 }),
      ];
      await commit(store, [...all.map((record) => putThread(record)), addOpen("open", 1), addOpen("lapsed-open", 2)]);
      same(await dueSorted(store, "thread"), ["backed-off", "due", "lapsed", "lapsed-open"], "what is due");
      await commit(store, [addOpen("open", -1)]);
      same(await due(store, "thread"), ["open"], "once the last one was decided");
    },
  },
  {
    id: "store.due.lease",
    title: "Claiming a thread leases it: nobody else gets it while the lease lasts.",
    guards: "Two workers wake one thread.",
    run: async ({ open }) => {
      const store = await open();
      const record = thread("pay-001", { context: { kept: true }, continuation: new Uint8Array([7]), attempts: 2 });
      await commit(store, [putThread(record), put(request("r1", APPROVED)), put(request("r2", { ...APPROVED, state: "done" }))]);
      const earliest = await store.now();
      same(await claimed(store), [{ id: "pay-001", fence: 2 }], "the claim");
      const leased = await store.getThread(TENANT, "pay-001");
      holds(leased !== undefined && leased.leaseUntil >= earliest + OPTIONS.leaseMs, "the lease lasts as long as was asked for");
      same(leased, { ...record, fence: 2, holder: "worker/1", version: 2, leaseUntil: leased.leaseUntil }, "the claimed thread");
      same(await due(store, "thread", { holder: "worker/2" }), [], "a second claim");
    },
  },
  {
    id: "store.due.moment",
    title: "What a claim tells of its thread is not older than what made the thread due.",
    guards: "A run goes on as if its reviewer hadn't answered yet.",
    run: async ({ open }) => {
      const store = await open();
      const ids = Array.from({ length: 30 }, (_, n) => `t${n}`);
      for (const id of ids) await commit(store, [putThread(thread(id)), put(request(`r/${id}`, { threadId: id })), addOpen(id, 1)]);
      const deciding = (async () => {
        for (const id of ids) {
          await breathe();
          await commit(store, [put(request(`r/${id}`, { threadId: id, state: "approved" }), 1), addOpen(id, -1)]);
        }
      })();
      const claimed: DueItem[] = [];
      for (let tries = 0; claimed.length < ids.length && tries < 2_000; tries++) {
        await breathe();
        claimed.push(...(await store.claimDue("thread", { ...OPTIONS, holder: `worker/${tries}` })));
      }
      await deciding;
      same(claimed.length, ids.length, "how many threads were claimed");
      const stale = claimed.filter(({ read }) => read?.unfinished.some(({ state }) => state === "pending"));
      same(idsOf(stale), [], "threads that were claimed with a request that still seemed to wait");
    },
  },
  {
    id: "store.due.fence",
    title: "A claim shuts out whoever had the thread before: its fence and its version are no longer theirs.",
    guards: "A paused worker whose lease ran out comes back and writes.",
    run: async ({ open }) => {
      const store = await open();
      const record = thread("pay-001", { fence: 4 });
      await commit(store, [putThread(record)]);
      same(await claimed(store), [{ id: "pay-001", fence: 5 }], "the claim");
      const batch = { tenant: TENANT, events: [] };
      refused(await store.commit({ ...batch, changes: [requireFence("pay-001", 4)] }), "FENCED", "the old fence");
      refused(await store.commit({ ...batch, changes: [putThread(record, 1)] }), "CONFLICT", "the old version");
      await commit(store, [requireFence("pay-001", 5), putThread({ ...record, fence: 5 }, 2)]);
      same(await due(store, "thread"), ["pay-001"], "released by its holder");
    },
  },
  {
    id: "store.due.lapse",
    title: "A thread whose claim lapsed is due again, under the next fence, decided or not.",
    guards: "A worker dies, and its run never goes on.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001"))]);
      same(await claimed(store, { leaseMs: 0 }), [{ id: "pay-001", fence: 2 }], "the first claim");
      await commit(store, [addOpen("pay-001", 1)]);
      same(await claimed(store, { holder: "worker/2" }), [{ id: "pay-001", fence: 3 }], "after it lapsed");
      has(await store.getThread(TENANT, "pay-001"), { holder: "worker/2", fence: 3, open: 1 }, "the thread");
    },
  },
  {
    id: "store.due.race",
    title: "Of ten claims at once one gets the thread.",
    guards: "One run goes on twice.",
    run: async ({ open }) => {
      const store = await open();
      await commit(
        store,
        Array.from({ length: 5 }, (_, n) => putThread(thread(`t${n}`))),
      );
      const all = await Promise.all(Array.from({ length: 10 }, (_, n) => due(store, "thread", { holder: `worker/${n}`, limit: 2 })));
      same(all.flat().sort(), ["t0", "t1", "t2", "t3", "t4"], "all claims together");
    },
  },
];
