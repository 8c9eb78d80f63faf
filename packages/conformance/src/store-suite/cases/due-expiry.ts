import { setTimeout as sleep } from "node:timers/promises";
import { same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { commit, FAR, put, request, T0 } from "../records.ts";
import { APPROVED, due, dueSorted, EXECUTING } from "./due-claims.ts";

export const dueExpiryCases: readonly StoreCase[] = [
  {
    id: "store.due.expiry",
    title: "Pending requests are due for expiry once their time is up, and no others.",
    guards: "A request waits for ever, or disappears before its time.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [
        put(request("overdue", { expiresAt: T0 })),
        put(request("in-time", { expiresAt: FAR })),
        put(request("never")),
        put(request("decided", { expiresAt: T0, state: "rejected" })),
        put(request("approved", { ...APPROVED, expiresAt: T0, decidedAt: T0 })),
      ]);
      same(await due(store, "expiry"), ["overdue"], "what is due");
      await commit(store, [put(request("overdue", { state: "expired" }), 1)]);
      same(await due(store, "expiry"), [], "once it has expired");
    },
  },
  {
    id: "store.due.execute-within",
    title: "An approval that nobody used runs out `executeWithin` after the last decision of its turn.",
    guards: "Of two siblings signed an hour apart, the first always expires before the run can go on.",
    run: async ({ open }) => {
      const store = await open();
      const hour = { ...APPROVED, executeWithin: 3_600_000, decidedAt: T0 };
      const now = await store.now();
      await commit(store, [
        put(request("over", { ...hour, turnId: "a" })),
        put(request("over-too", { ...hour, turnId: "a", decidedAt: T0 + 5 })),
        put(request("late-sibling", { ...hour, turnId: "b" })),
        put(request("just-decided", { ...APPROVED, turnId: "b", decidedAt: now })),
        put(request("other-thread", { ...APPROVED, turnId: "a", threadId: "pay-002", decidedAt: now })),
        put(request("without-limit", { ...APPROVED, turnId: "a", decidedAt: T0 })),
        put(request("begun", { ...hour, turnId: "a", begun: true, attempt: 1 })),
        put(request("running", { ...hour, turnId: "a", state: "executing", begun: true, attempt: 1, leaseUntil: FAR })),
      ]);
      same(await dueSorted(store, "expiry"), ["over", "over-too"], "what is due");
      await commit(store, [put(request("rejected-sibling", { turnId: "a", state: "rejected", decidedAt: now }))]);
      same(await due(store, "expiry"), [], "once a sibling was decided late");
    },
  },
  {
    id: "store.due.half-decided-turn",
    title: "While a request of its turn is pending, an approval doesn't run out; after that, `executeWithin` after the last decision.",
    guards: "The first of two siblings expires while the second still waits, and what was signed in time never runs.",
    run: async ({ open }) => {
      const store = await open();
      const hour = { ...APPROVED, executeWithin: 3_600_000, decidedAt: T0 } as const;
      const rejected = { state: "rejected" } as const;
      await commit(store, [
        put(request("a-1", { ...hour, turnId: "a" })),
        put(request("a-2", { ...hour, turnId: "a", decidedAt: T0 + 5 })),
        put(request("a-waits", { turnId: "a" })),
        put(request("b-1", { ...hour, turnId: "b" })),
        put(request("b-waits", { turnId: "b" })),
        put(request("c-1", { ...hour, turnId: "c", executeWithin: 300 })),
        put(request("c-waits", { turnId: "c" })),
        // Turns of the same name, and of the same thread: what waits there is nobody else's.
        put(request("other-thread", { ...hour, turnId: "a", threadId: "pay-002" })),
        put(request("other-turn", { ...hour, turnId: "d" })),
        put(request("waits-elsewhere", { turnId: "d", threadId: "pay-003" })),
      ]);
      await commit(store, [put(request("waits", { turnId: "d" }))], [], "other");
      same(await dueSorted(store, "expiry"), ["other-thread", "other-turn"], "while a request of each turn is pending");
      const now = await store.now();
      await commit(store, [
        put(request("a-waits", { ...rejected, turnId: "a", decidedAt: T0 + 10 }), 1),
        put(request("b-waits", { ...rejected, turnId: "b", decidedAt: now }), 1),
        put(request("c-waits", { ...APPROVED, turnId: "c", decidedAt: now }), 1),
      ]);
      while ((await store.now()) < now + 300) await sleep(20);
      same(await dueSorted(store, "expiry"), ["a-1", "a-2", "c-1", "other-thread", "other-turn"], "once all are decided");
    },
  },
  {
    id: "store.due.given-back",
    title: "An approval whose claim was given back before its execution began runs out like any other.",
    guards: "A process that stood still before the payment makes it at any later time, whatever the signature allowed.",
    run: async ({ open }) => {
      const store = await open();
      const claimed = request("r1", { ...EXECUTING, executeWithin: 3_600_000, decidedAt: T0, leaseUntil: FAR });
      await commit(store, [put(claimed)]);
      same(await due(store, "expiry"), [], "while it is claimed");
      await commit(store, [put({ ...claimed, ...APPROVED, begun: false, leaseUntil: 0 }, 1)]);
      same(await due(store, "expiry"), ["r1"], "once it was given back");
      await commit(store, [put({ ...claimed, ...APPROVED, leaseUntil: 0 }, 2)]);
      same(await due(store, "expiry"), [], "once it was begun and paused");
    },
  },
];
