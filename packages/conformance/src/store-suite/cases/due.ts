import { same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { commit, FAR, put, putThread, request, T0, TENANT, thread } from "../records.ts";
import { APPROVED, due, EXECUTING, OPTIONS } from "./due-claims.ts";

export const dueCases: readonly StoreCase[] = [
  {
    id: "store.due.claim",
    title: "Executions are due once their lease ran out, and no others.",
    guards: "A call that died in the middle is never reported as unknown, or a running one is.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [
        put(request("lapsed", { ...EXECUTING, leaseUntil: T0 })),
        put(request("alive", { ...EXECUTING, leaseUntil: FAR })),
        put(request("done", { ...EXECUTING, state: "done", leaseUntil: T0 })),
        put(request("approved", { ...APPROVED, leaseUntil: T0, begun: true, attempt: 1 })),
      ]);
      same(await due(store, "claim"), ["lapsed"], "what is due");
    },
  },
  {
    id: "store.due.notice",
    title: "A pending request is due for its next reminder or escalation once that time has come, and no other request is.",
    guards: "Nobody is reminded, or people hear of what was decided long ago.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [
        put(request("overdue", { noticeAt: T0 })),
        put(request("in-time", { noticeAt: FAR })),
        put(request("never")),
        put(request("decided", { noticeAt: T0, state: "rejected" })),
        put(request("approved", { ...APPROVED, noticeAt: T0, decidedAt: T0 })),
      ]);
      same(await due(store, "notice"), ["overdue"], "what is due");
      await commit(store, [put(request("overdue", { noticeAt: FAR }), 1), put(request("in-time", { noticeAt: T0 }), 1)]);
      same(await due(store, "notice"), ["in-time"], "once it was given, and another one's time has come");
      await commit(store, [put(request("in-time"), 2)]);
      same(await due(store, "notice"), [], "once none is left");
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
        same(await store.claimDue("notice", OPTIONS), [{ id: "waiting", fence: 0 }], `notices, ${round}`);
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
        ["notice", "r"],
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
        ...order.map((n) =>
          putThread(thread(`t${n}`, n % 2 === 0 ? { notBefore: T0 + n } : { agent: "support", holder: "worker/0", leaseUntil: T0 + n })),
        ),
        ...order.map((n) =>
          put(request(`r${n}`, n % 2 === 0 ? { expiresAt: T0 + n } : { ...APPROVED, turnId: `${n}`, decidedAt: T0, executeWithin: n })),
        ),
        ...order.map((n) => put(request(`e${n}`, { ...EXECUTING, leaseUntil: T0 + n }))),
        ...order.map((n) => put(request(`n${n}`, { noticeAt: T0 + n }))),
      ]);
      same(await due(store, "thread", { agents: ["support", "payments"], limit: 2 }), ["t0", "t1"], "threads of two agents");
      same(await due(store, "thread", { limit: 2 }), ["t2", "t3"], "the next threads");
      same(await due(store, "expiry", { limit: 3 }), ["r0", "r1", "r2"], "expiries");
      same(await due(store, "claim", { limit: 3 }), ["e0", "e1", "e2"], "lapsed executions");
      same(await due(store, "notice", { limit: 3 }), ["n0", "n1", "n2"], "notices");
    },
  },
];
