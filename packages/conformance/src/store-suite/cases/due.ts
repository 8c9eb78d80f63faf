import { setTimeout as sleep } from "node:timers/promises";
import type { DueKind, DueOptions, StorePort } from "@countersign/core/store";
import { has, holds, refused, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { addOpen, commit, FAR, idsOf, put, putThread, request, requireFence, T0, TENANT, thread } from "../records.ts";

const OPTIONS: DueOptions = { tenant: TENANT, holder: "worker/1", leaseMs: 60_000, limit: 100 };

async function due(store: StorePort, kind: DueKind, options: Partial<DueOptions> = {}): Promise<readonly string[]> {
  return idsOf(await store.claimDue(kind, { ...OPTIONS, ...options }));
}

async function dueSorted(store: StorePort, kind: DueKind, options: Partial<DueOptions> = {}): Promise<readonly string[]> {
  return [...(await due(store, kind, options))].sort();
}

const APPROVED = { state: "approved", status: "approved" } as const;
const EXECUTING = { state: "executing", status: "approved", execution: "executing", begun: true, attempt: 1, holder: "nonce" } as const;

export const dueCases: readonly StoreCase[] = [
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
      await commit(store, [putThread(record)]);
      const earliest = await store.now();
      same(await store.claimDue("thread", OPTIONS), [{ id: "pay-001", fence: 2 }], "the claim");
      const claimed = await store.getThread(TENANT, "pay-001");
      holds(claimed !== undefined && claimed.leaseUntil >= earliest + OPTIONS.leaseMs, "the lease lasts as long as was asked for");
      same(claimed, { ...record, fence: 2, holder: "worker/1", version: 2, leaseUntil: claimed.leaseUntil }, "the claimed thread");
      same(await due(store, "thread", { holder: "worker/2" }), [], "a second claim");
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
      same(await store.claimDue("thread", OPTIONS), [{ id: "pay-001", fence: 5 }], "the claim");
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
      same(await store.claimDue("thread", { ...OPTIONS, leaseMs: 0 }), [{ id: "pay-001", fence: 2 }], "the first claim");
      await commit(store, [addOpen("pay-001", 1)]);
      same(await store.claimDue("thread", { ...OPTIONS, holder: "worker/2" }), [{ id: "pay-001", fence: 3 }], "after it lapsed");
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
        put(request("decided", { expiresAt: T0, state: "rejected", status: "rejected" })),
        put(request("approved", { ...APPROVED, expiresAt: T0, decidedAt: T0 })),
      ]);
      same(await due(store, "expiry"), ["overdue"], "what is due");
      await commit(store, [put(request("overdue", { state: "expired", status: "expired" }), 1)]);
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
      await commit(store, [put(request("rejected-sibling", { turnId: "a", state: "rejected", status: "rejected", decidedAt: now }))]);
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
      const rejected = { state: "rejected", status: "rejected" } as const;
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
      await commit(store, [put({ ...claimed, ...APPROVED, execution: "none", begun: false, leaseUntil: 0 }, 1)]);
      same(await due(store, "expiry"), ["r1"], "once it was given back");
      await commit(store, [put({ ...claimed, ...APPROVED, execution: "none", leaseUntil: 0 }, 2)]);
      same(await due(store, "expiry"), [], "once it was begun and paused");
    },
  },
  {
    id: "store.due.claim",
    title: "Executions are due once their lease ran out, and no others.",
    guards: "A call that died in the middle is never reported as unknown, or a running one is.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [
        put(request("lapsed", { ...EXECUTING, leaseUntil: T0 })),
        put(request("alive", { ...EXECUTING, leaseUntil: FAR })),
        put(request("done", { ...EXECUTING, state: "done", execution: "done", leaseUntil: T0 })),
        put(request("approved", { ...APPROVED, leaseUntil: T0, begun: true, attempt: 1 })),
      ]);
      same(await due(store, "claim"), ["lapsed"], "what is due");
    },
  },
  {
    id: "store.due.delivery",
    title: "A pending request is due for its next reminder or escalation once that time has come, and no other request is.",
    guards: "Nobody is reminded, or people hear of what was decided long ago.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [
        put(request("overdue", { noticeAt: T0 })),
        put(request("in-time", { noticeAt: FAR })),
        put(request("never")),
        put(request("decided", { noticeAt: T0, state: "rejected", status: "rejected" })),
        put(request("approved", { ...APPROVED, noticeAt: T0, decidedAt: T0 })),
      ]);
      same(await due(store, "delivery"), ["overdue"], "what is due");
      await commit(store, [put(request("overdue", { noticeAt: FAR }), 1), put(request("in-time", { noticeAt: T0 }), 1)]);
      same(await due(store, "delivery"), ["in-time"], "once it was given, and another one's time has come");
      await commit(store, [put(request("in-time"), 2)]);
      same(await due(store, "delivery"), [], "once none is left");
    },
  },
  {
    id: "store.due.names-only",
    title: "Requests that are due are named, with fence 0, and not changed.",
    guards: "Looking for overdue requests makes every decision about them fail.",
    run: async ({ open }) => {
      const store = await open();
      const overdue = request("overdue", { expiresAt: T0 });
      const lapsed = request("lapsed", { ...EXECUTING, leaseUntil: T0 });
      const waiting = request("waiting", { noticeAt: T0 });
      await commit(store, [put(overdue), put(lapsed), put(waiting)]);
      for (const round of ["at first", "again"]) {
        same(await store.claimDue("expiry", OPTIONS), [{ id: "overdue", fence: 0 }], `expiries, ${round}`);
        same(await store.claimDue("claim", OPTIONS), [{ id: "lapsed", fence: 0 }], `claims, ${round}`);
        same(await store.claimDue("delivery", OPTIONS), [{ id: "waiting", fence: 0 }], `notices, ${round}`);
      }
      same(await store.getRequest(TENANT, "overdue"), { ...overdue, version: 1 }, "the overdue request");
      same(await store.getRequest(TENANT, "lapsed"), { ...lapsed, version: 1 }, "the lapsed execution");
      same(await store.getRequest(TENANT, "waiting"), { ...waiting, version: 1 }, "the request to be reminded of");
    },
  },
  {
    id: "store.due.scope",
    title: "Only what is of the given tenant and agents is answered, and no more than asked for.",
    guards: "A worker claims a thread that it has no runner for, and blocks it.",
    run: async ({ open }) => {
      const store = await open();
      const agents = ["payments", "support", "payments", "sales"];
      await commit(store, [
        ...agents.map((agent, n) => putThread(thread(`t${n}`, { agent }))),
        ...agents.map((agent, n) => put(request(`r${n}`, { agent, expiresAt: T0, noticeAt: T0 }))),
        ...agents.map((agent, n) => put(request(`e${n}`, { ...EXECUTING, agent, leaseUntil: T0 }))),
      ]);
      for (const [kind, name] of [
        ["expiry", "r"],
        ["claim", "e"],
        ["delivery", "r"],
        ["thread", "t"],
      ] as const) {
        same(await due(store, kind, { tenant: "other" }), [], `${kind} of another tenant`);
        same(await due(store, kind, { agents: [] }), [], `${kind} of no agent`);
        same(await due(store, kind, { agents: ["nobody"] }), [], `${kind} of an unknown agent`);
        same(await due(store, kind, { limit: 0 }), [], `${kind}, none at all`);
        same((await due(store, kind, { agents: ["payments"], limit: 1 })).length, 1, `${kind}, one`);
        // The one thread of these that is left; requests stay due.
        const rest = kind === "thread" ? 2 : 3;
        same((await due(store, kind, { agents: ["payments", "support"] })).length, rest, `${kind} of two agents`);
        same((await due(store, kind)).includes(`${name}3`), true, `${kind} of all agents`);
      }
    },
  },
  {
    id: "store.due.longest-first",
    title: "What has been due longest comes first.",
    guards: "Under load the oldest runs starve behind newer ones.",
    run: async ({ open }) => {
      const store = await open();
      const order = [2, 0, 3, 1];
      await commit(store, [
        ...order.map((n) => putThread(thread(`t${n}`, n % 2 === 0 ? { notBefore: T0 + n } : { holder: "worker/0", leaseUntil: T0 + n }))),
        ...order.map((n) =>
          put(request(`r${n}`, n % 2 === 0 ? { expiresAt: T0 + n } : { ...APPROVED, turnId: `${n}`, decidedAt: T0, executeWithin: n })),
        ),
        ...order.map((n) => put(request(`e${n}`, { ...EXECUTING, leaseUntil: T0 + n }))),
        ...order.map((n) => put(request(`n${n}`, { noticeAt: T0 + n }))),
      ]);
      same(await due(store, "thread", { limit: 2 }), ["t0", "t1"], "threads");
      same(await due(store, "thread", { limit: 2 }), ["t2", "t3"], "the next threads");
      same(await due(store, "expiry", { limit: 3 }), ["r0", "r1", "r2"], "expiries");
      same(await due(store, "claim", { limit: 3 }), ["e0", "e1", "e2"], "lapsed executions");
      same(await due(store, "delivery", { limit: 3 }), ["n0", "n1", "n2"], "notices");
    },
  },
];
