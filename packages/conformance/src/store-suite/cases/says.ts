import { setTimeout as sleep } from "node:timers/promises";
import { accepted, holds, refused, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { commit, FAR, putThread, T0, TENANT, thread } from "../records.ts";

export const saysCases: readonly StoreCase[] = [
  {
    id: "store.says.capabilities",
    title: "The store says of itself what its harness says of it.",
    guards: "A process trusts a store to outlive it, and the store doesn't.",
    run: async ({ open, harness }) => {
      const { durable, shared, push } = (await open()).capabilities;
      same({ durable, shared }, { durable: harness.durable, shared: harness.shared }, "the capabilities");
      same(typeof push, "boolean", "the type of `push`");
    },
  },
  {
    id: "store.clock.unix-ms",
    title: "The store's clock tells Unix time in ms, and doesn't stand still.",
    guards: "Deadlines a thousand times too early or too late.",
    run: async ({ open }) => {
      const store = await open();
      const first = await store.now();
      holds(Number.isFinite(first) && first > T0 && first < FAR, `${first} is no time of day in Unix ms`);
      await sleep(50);
      holds((await store.now()) > first, "50 ms later it is no later");
    },
  },
  {
    id: "store.clock.one",
    title: "Deadlines, leases and what is due go by the one clock that `now` tells.",
    guards: "A worker's lease is over before it began, or an expired approval still counts.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("soon", { notBefore: (await store.now()) + 60_000 })), putThread(thread("due"))]);
      const options = { tenant: TENANT, holder: "worker/1", leaseMs: 30_000, limit: 10 };
      const earliest = await store.now();
      same(
        (await store.claimDue("thread", options)).map(({ id }) => id),
        ["due"],
        "what is due",
      );
      const lease = (await store.getThread(TENANT, "due"))?.leaseUntil ?? 0;
      holds(
        lease >= earliest + 30_000 && lease <= (await store.now()) + 30_000,
        `a lease of 30 s ends ${lease - earliest} ms after the claim`,
      );
      const before = (await store.now()) + 300;
      accepted(await store.commit({ tenant: TENANT, changes: [], events: [], before: before + 20_000 }), "well before the deadline");
      while ((await store.now()) < before) await sleep(20);
      refused(await store.commit({ tenant: TENANT, changes: [], events: [], before }), "TOO_LATE", "after the deadline");
    },
  },
  {
    id: "store.clock.not-ahead",
    title: "What `now` tells is never ahead of the clock that judges deadlines, also right after that clock has answered a commit.",
    guards: "A decision that came in time is refused, or a lease is believed after somebody else may have it.",
    run: async ({ open }) => {
      const store = await open();
      const batch = { tenant: TENANT, changes: [], events: [] };
      for (let n = 0; n < 10; n++) {
        accepted(await store.commit({ ...batch, before: (await store.now()) + 60_000 }), "a minute before the deadline");
        refused(await store.commit({ ...batch, before: await store.now() }), "TOO_LATE", "a deadline right now");
      }
    },
  },
];
