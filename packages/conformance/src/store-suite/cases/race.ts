import { setTimeout as sleep } from "node:timers/promises";
import type { Batch } from "@countersign/core/store";
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
  T0,
  TENANT,
  thread,
} from "../records.ts";

/** A request of a thread of its own, which also counts on a thread of all. */
function suspended(name: string): Batch {
  const changes = [putThread(thread(name)), put(request(name)), addOpen(name, 1), addOpen("all", 1)];
  return { tenant: TENANT, changes, events: [event(`thread/${name}`, 1), event(name, 1)] };
}

/** Whatever a batch can be refused for, each behind what can be written. */
const REFUSALS: readonly (readonly [reason: string, batch: (name: string) => Batch])[] = [
  ["CONFLICT", (name) => adding(name, { changes: [put(request("r1"), 7)] })],
  ["FLOOR", (name) => adding(name, { changes: [addUses("g1", -1, 0)] })],
  ["FENCED", (name) => adding(name, { changes: [requireFence("all", 9)] })],
  ["TOO_LATE", (name) => adding(name, { before: T0 })],
  ["CONFLICT", (name) => adding(name, { events: [event("r1", 1, "again")] })],
];

function adding(name: string, { changes = [], events = [], before }: Partial<Batch>): Batch {
  const batch = suspended(name);
  return { ...batch, changes: [...batch.changes, ...changes], events: [...batch.events, ...events], before };
}

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
    id: "store.race.refused",
    title: "Of sixteen batches at once, one that is refused leaves nothing, and takes nothing from the others: each is told its own.",
    guards: "One stale decision undoes fifteen others, or whoever sent it is told that it counted.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("all")), put(request("r1")), putGrant(grant("g1"))], [event("r1", 1)]);
      const rounds = REFUSALS.flatMap((refusal) => [0, 7, 15].map((place) => ({ refusal, place })));
      for (const [round, { refusal, place }] of rounds.entries()) {
        const [reason, refused] = refusal;
        const what = `${reason} at place ${place}`;
        const names = many(16, (n) => `${round}-${n}`);
        const answers = await Promise.all(names.map((name, n) => store.commit(n === place ? refused(name) : suspended(name))));
        const told = answers.map((answer) => (answer.ok ? "ok" : answer.reason));
        same(told, many(16, (n) => (n === place ? reason : "ok")), `what each was told, with ${what}`); // prettier-ignore
        has(await store.getThread(TENANT, "all"), { open: 15 * (round + 1), version: 1 }, `what all have counted on, after ${what}`);
        for (const [n, name] of names.entries()) {
          const found = [await store.getRequest(TENANT, name), await store.getThread(TENANT, name)];
          const left = [...found.map((one) => one?.version), found[1] && "open" in found[1] ? found[1].open : undefined];
          same(left, n === place ? many(3, () => undefined) : [1, 1, 1], `what batch ${n} left, with ${what}`);
        }
      }
      const accepted = rounds.flatMap(({ place }, round) => many(16, (n) => (n === place ? [] : [`${round}-${n}`])).flat());
      const places = accepted.flatMap((name) => [`thread/${name}/1`, `${name}/1`]);
      const there = placesOf((await store.listEvents(TENANT, undefined, 1_000)).events);
      same([...there].sort(), ["r1/1", ...places].sort(), "the events of all rounds");
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
