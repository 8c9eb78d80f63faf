import { setTimeout as sleep } from "node:timers/promises";
import { has, holds, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import {
  addOpen,
  addUses,
  commit,
  event,
  FAR,
  grant,
  grantsOf,
  placesOf,
  put,
  putGrant,
  putThread,
  request,
  requireFence,
  TENANT,
  thread,
} from "../records.ts";

const many = <T>(count: number, make: (n: number) => T): readonly T[] => Array.from({ length: count }, (_, n) => make(n));

export const raceCases: readonly StoreCase[] = [
  {
    id: "store.race.put",
    title: "Of ten puts on one version at once, one is written.",
    guards: "Approve and reject arrive together, and both are told that they won.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [put(request("r1"))]);
      const changes = many(10, (n) => [put(request("r1", { reason: `${n}` }), 1)]);
      const all = await Promise.all(changes.map((change) => store.commit({ tenant: TENANT, changes: change, events: [] })));
      same(all.filter(({ ok }) => ok).length, 1, "how many were accepted");
      same(
        all.filter((one) => !one.ok).map((one) => !one.ok && one.reason),
        many(9, () => "CONFLICT"),
        "what the others were told",
      );
      has(await store.getRequest(TENANT, "r1"), { version: 2, reason: `${all.findIndex(({ ok }) => ok)}` }, "the request");
    },
  },
  {
    id: "store.race.add",
    title: "A hundred additions at once all count, and a floor holds for all of them together.",
    guards: "Fifty reviewers of fifty siblings collide, or the thread wakes too early or never.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001")), putGrant(grant("g1")), addUses("g1", 7)]);
      await Promise.all(many(100, () => commit(store, [addOpen("pay-001", 1)])));
      has(await store.getThread(TENANT, "pay-001"), { open: 100, version: 1 }, "the thread");
      const spent = await Promise.all(many(20, () => store.commit({ tenant: TENANT, changes: [addUses("g1", -1, 0)], events: [] })));
      same(spent.filter(({ ok }) => ok).length, 7, "how many of 20 found one of 7 uses");
      has((await grantsOf(store))[0], { uses: 0 }, "the grant");
    },
  },
  {
    id: "store.race.chain",
    title: "Of ten batches at once that append to the same place in a chain, one is written.",
    guards: "Two processes extend one audit chain, and it branches.",
    run: async ({ open }) => {
      const store = await open();
      const batches = many(10, (n) => ({ tenant: TENANT, changes: [put(request(`r${n}`))], events: [event("thread/pay-001", 1, `${n}`)] }));
      const all = await Promise.all(batches.map((batch) => store.commit(batch)));
      same(all.filter(({ ok }) => ok).length, 1, "how many were accepted");
      same(placesOf((await store.listEvents(TENANT, undefined, 20)).events), ["thread/pay-001/1"], "the chain");
      same((await store.listRequests(TENANT, {})).items.length, 1, "requests of refused batches");
    },
  },
  {
    id: "store.race.before",
    title: "A batch that waits behind others until its deadline has passed is refused.",
    guards: "The store was busy, and a signature counts after its request expired.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("busy", { notBefore: FAR }))]);
      const claim = () => store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs: 600_000, limit: 10 });
      // How long its queue takes only the store knows.
      for (const [round, ms] of [1, 2, 5, 10, 20, 50, 100].entries()) {
        const before = (await store.now()) + ms;
        const id = `t${round}`;
        await commit(store, [putThread(thread(id, { notBefore: before }))]);
        const records = (n: number) => many(10, (m) => put(request(`r${round}-${n}-${m}`)));
        const queue = many(20, (n) => commit(store, [addOpen("busy", 1), ...records(n)]));
        // Claimed at the deadline at the earliest: whoever finds the fence of that claim comes too late.
        const early = claim();
        const late = store.commit({ tenant: TENANT, changes: [addOpen("busy", 1), requireFence(id, 2)], events: [], before });
        await Promise.all([...queue, early, sleep(ms + 1).then(claim)]);
        holds(!(await late).ok, `a batch with a deadline in ${ms} ms was written after a claim at the deadline`);
      }
    },
  },
];
