import type { AuditEvent, Change, StorePort } from "@countersign/core/store";
import { accepted, has, holds, refused, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import {
  addOpen,
  addUses,
  commit,
  event,
  FAR,
  grant,
  grantsOf,
  put,
  putGrant,
  putThread,
  request,
  requireFence,
  T0,
  TENANT,
  thread,
} from "../records.ts";

/** A thread with one pending request and an event, as a suspend leaves it. */
const SUSPENDED = [putThread(thread("pay-001")), put(request("r1")), addOpen("pay-001", 1)];

interface Refused {
  readonly why: string;
  readonly reason: "CONFLICT" | "FLOOR" | "FENCED" | "TOO_LATE";
  readonly change?: Change;
  readonly events?: readonly AuditEvent[];
  readonly before?: number;
}

const REFUSALS: readonly Refused[] = [
  { why: "a version conflict", reason: "CONFLICT", change: put(request("r1"), 7) },
  { why: "an addition below its floor", reason: "FLOOR", change: addOpen("pay-001", -3, 0) },
  { why: "another fence", reason: "FENCED", change: requireFence("pay-001", 0) },
  { why: "a deadline that has passed", reason: "TOO_LATE", before: T0 },
  { why: "a taken place in a chain", reason: "CONFLICT", events: [event("r2", 1), event("r1", 1, "again")] },
];

async function nothingChanged(store: StorePort, after: string): Promise<void> {
  same(await store.getRequest(TENANT, "r2"), undefined, `${after}, a request of the refused batch`);
  same(await store.getThread(TENANT, "pay-002"), undefined, `${after}, a thread of the refused batch`);
  same(await grantsOf(store), [], `${after}, the grants`);
  same(await store.getRequest(TENANT, "r1"), { ...request("r1"), version: 1 }, `${after}, the request from before`);
  has(await store.getThread(TENANT, "pay-001"), { version: 1, open: 1, fence: 1 }, `${after}, the thread from before`);
  same((await store.listEvents(TENANT, undefined, 10)).events, [event("r1", 1)], `${after}, the events`);
}

export const commitCases: readonly StoreCase[] = [
  {
    id: "store.commit.writes",
    title: "What a batch puts, adds and appends is there once it is acknowledged.",
    guards: "A request that somebody was told to sign can't be found.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, SUSPENDED, [event("r1", 1)]);
      same(await store.getRequest(TENANT, "r1"), { ...request("r1"), version: 1 }, "the request");
      same(await store.getThread(TENANT, "pay-001"), { ...thread("pay-001"), version: 1, open: 1 }, "the thread");
      same((await store.listEvents(TENANT, undefined, 10)).events, [event("r1", 1)], "the events");
      accepted(await store.commit({ tenant: TENANT, changes: [], events: [] }), "an empty batch");
    },
  },
  {
    id: "store.commit.atomic",
    title: "A refused batch leaves nothing behind, whatever it was refused for and wherever in the batch that stands.",
    guards: "A decision is half written: counted, but not recorded.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, SUSPENDED, [event("r1", 1)]);
      const others = [put(request("r2")), putThread(thread("pay-002")), putGrant(grant("g1")), addOpen("pay-001", 1)];
      for (const { why, reason, change, events = [event("r2", 2)], before } of REFUSALS) {
        const extra = change ? [change] : [];
        for (const changes of [
          [...others, ...extra],
          [...extra, ...others],
        ]) {
          refused(await store.commit({ tenant: TENANT, changes, events, before }), reason, why);
          await nothingChanged(store, `after ${why}`);
        }
      }
      // Nothing is stuck after the refusals.
      await commit(store, [put(request("r1", { reason: "changed" }), 1), ...others], [event("r1", 2)]);
      has(await store.getRequest(TENANT, "r1"), { version: 2, reason: "changed" }, "a commit after the refusals");
    },
  },
  {
    id: "store.commit.conflict",
    title: "A put is written only on the version that it expects.",
    guards: "Two reviewers decide at once, and one overwrites the other.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [put(request("r1")), putThread(thread("pay-001")), putGrant(grant("g1"))]);
      const cases: readonly (readonly [string, readonly Change[]])[] = [
        ["an insert of a request that is there", [put(request("r1"))]],
        ["an insert of a thread that is there", [putThread(thread("pay-001"))]],
        ["an insert of a grant that is there", [putGrant(grant("g1"))]],
        ["a put on a version to come", [put(request("r1"), 2)]],
        ["a put on a thread's version to come", [putThread(thread("pay-001"), 2)]],
        ["a put on a grant's version to come", [putGrant(grant("g1"), 2)]],
        ["a put on a request that isn't there", [put(request("r9"), 1)]],
        ["a put that expects what another of the same batch will have written", [put(request("r2")), put(request("r2"), 1)]],
      ];
      for (const [why, changes] of cases) refused(await store.commit({ tenant: TENANT, changes, events: [] }), "CONFLICT", why);
      await commit(store, [put(request("r1"), 1), putThread(thread("pay-001"), 1), putGrant(grant("g1"), 1)]);
      refused(
        await store.commit({ tenant: TENANT, changes: [put(request("r1"), 1)], events: [] }),
        "CONFLICT",
        "a put on an older version",
      );
    },
  },
  {
    id: "store.commit.version",
    title: "A put stores the version after the one it expects, whatever the record says; an addition leaves it alone.",
    guards: "A compare-and-set succeeds that must fail, or never succeeds again.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [
        put(request("r1", { version: 40 })),
        putThread(thread("pay-001", { version: 40 })),
        putGrant({ ...grant("g1"), version: 40 }),
      ]);
      await commit(store, [put(request("r1", { version: 40 }), 1), putThread(thread("pay-001", { version: 40 }), 1)]);
      await commit(store, [addOpen("pay-001", 1), addUses("g1", 1)]);
      has(await store.getRequest(TENANT, "r1"), { version: 2 }, "the request");
      has(await store.getThread(TENANT, "pay-001"), { version: 2, open: 1 }, "the thread");
      has((await grantsOf(store))[0], { version: 1, uses: 1 }, "the grant");
    },
  },
  {
    id: "store.commit.counters",
    title: "A put never changes `open` or `uses`, and an insert starts them at 0.",
    guards: "A heartbeat that carries an old count wakes a thread whose approvals are missing, or never wakes it.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001", { open: 9 })), putGrant({ ...grant("g1"), uses: 9 })]);
      has(await store.getThread(TENANT, "pay-001"), { open: 0 }, "an inserted thread");
      has((await grantsOf(store))[0], { uses: 0 }, "an inserted grant");
      await commit(store, [addOpen("pay-001", 2), addUses("g1", 3)]);
      await commit(store, [
        putThread(thread("pay-001", { open: 7, fence: 2 }), 1),
        putGrant({ ...grant("g1"), uses: 7, revokedAt: T0 }, 1),
      ]);
      has(await store.getThread(TENANT, "pay-001"), { open: 2, fence: 2, version: 2 }, "a thread that was put again");
      has((await grantsOf(store))[0], { uses: 3, revokedAt: T0, version: 2 }, "a grant that was put again");
    },
  },
  {
    id: "store.commit.insert-and-add",
    title: "A record can be inserted and added to in one batch, in either order.",
    guards: "The first request of a new thread can't be recorded.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("a")), addOpen("a", 2)]);
      await commit(store, [addOpen("b", 2), putThread(thread("b")), addUses("g1", 3), addUses("g1", -1, 0), putGrant(grant("g1"))]);
      has(await store.getThread(TENANT, "a"), { open: 2, version: 1 }, "insert, then add");
      has(await store.getThread(TENANT, "b"), { open: 2, version: 1 }, "add, then insert");
      has((await grantsOf(store))[0], { uses: 2, version: 1 }, "a grant");
    },
  },
  {
    id: "store.commit.floor",
    title: "An addition that would go below its floor, together with those before it, is refused; so is one without a record.",
    guards: "A grant for three uses is used four times.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001")), putGrant(grant("g1")), addUses("g1", 2)]);
      const batch = (changes: readonly Change[]) => ({ tenant: TENANT, changes, events: [] });
      refused(await store.commit(batch([addUses("g1", -3, 0)])), "FLOOR", "three of two");
      refused(
        await store.commit(batch([addUses("g1", -1, 0), addUses("g1", -1, 0), addUses("g1", -1, 0)])),
        "FLOOR",
        "one by one, three of two",
      );
      refused(await store.commit(batch([addUses("g1", 5, 8)])), "FLOOR", "an addition that doesn't reach its floor");
      refused(await store.commit(batch([addOpen("pay-009", 1)])), "FLOOR", "an addition to no thread");
      refused(await store.commit(batch([addUses("g9", 1)])), "FLOOR", "an addition to no grant");
      has((await grantsOf(store))[0], { uses: 2 }, "after the refusals");
      await commit(store, [addUses("g1", -2, 0), addOpen("pay-001", -1)]);
      has((await grantsOf(store))[0], { uses: 0 }, "down to the floor");
      has(await store.getThread(TENANT, "pay-001"), { open: -1 }, "without a floor");
    },
  },
  {
    id: "store.commit.fence",
    title: "A batch that requires a fence is refused when the thread has another one, or isn't there.",
    guards: "A paused worker comes back and writes over the one that took its thread.",
    run: async ({ open }) => {
      const store = await open();
      const batch = (...changes: readonly Change[]) => ({ tenant: TENANT, changes, events: [] });
      await commit(store, [putThread(thread("pay-001", { fence: 4 }))]);
      for (const fence of [3, 5, 0]) refused(await store.commit(batch(requireFence("pay-001", fence))), "FENCED", `fence ${fence} of 4`);
      refused(await store.commit(batch(requireFence("pay-009", 1))), "FENCED", "a thread that isn't there");
      refused(await store.commit(batch(requireFence("pay-009", 0))), "FENCED", "fence 0 of a thread that isn't there");
      refused(
        await store.commit(batch(putThread(thread("pay-001", { fence: 9 }), 1), requireFence("pay-001", 9))),
        "FENCED",
        "the fence after the batch",
      );
      await commit(store, [putThread(thread("pay-001", { fence: 5 }), 1), requireFence("pay-001", 4)]);
      has(await store.getThread(TENANT, "pay-001"), { fence: 5 }, "the fence before the batch");
    },
  },
  {
    id: "store.commit.before",
    title: "A batch is refused once the store's clock has reached its deadline, and not before.",
    guards: "An approval counts after it expired.",
    run: async ({ open }) => {
      const store = await open();
      const batch = { tenant: TENANT, changes: [], events: [] };
      refused(await store.commit({ ...batch, before: T0 }), "TOO_LATE", "a deadline long ago");
      refused(await store.commit({ ...batch, before: await store.now() }), "TOO_LATE", "a deadline right now");
      accepted(await store.commit({ ...batch, before: (await store.now()) + 60_000 }), "a minute before the deadline");
      accepted(await store.commit({ ...batch, before: FAR }), "long before the deadline");
    },
  },
  {
    id: "store.commit.chain-place",
    title: "A place in an audit chain is taken once: a second event there is a conflict of the whole batch.",
    guards: "The audit trail branches, and can't be verified any more.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [], [event("r1", 1)]);
      const twice = [event("r2", 1), event("r2", 1, "again")];
      refused(await store.commit({ tenant: TENANT, changes: [], events: [event("r1", 1, "again")] }), "CONFLICT", "a taken place");
      refused(
        await store.commit({ tenant: TENANT, changes: [put(request("r2"))], events: twice }),
        "CONFLICT",
        "one place twice in a batch",
      );
      same(await store.getRequest(TENANT, "r2"), undefined, "the request of the refused batch");
      await commit(store, [], [event("r1", 2), event("r2", 1)]);
      holds((await store.listEvents(TENANT, undefined, 10)).events.length === 3, "other places are free");
    },
  },
];
