import { has, refused, same } from "../check.ts";
import { claimed } from "./due-claims.ts";
import type { StoreCase } from "../env.ts";
import {
  addOpen,
  addUses,
  commit,
  event,
  grant,
  grantsOf,
  idsOf,
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

const NAMES = [
  "",
  "a",
  "a\u0000b",
  "'",
  "%",
  "_",
  "ü",
  "u\u0308",
  "A",
  "a ",
  " a",
  "🙂",
  "1",
  "01",
  "x/y",
  "x",
  "x:y",
  "__proto__",
  "constructor",
  '["a"]',
];

export const tenantCases: readonly StoreCase[] = [
  {
    id: "store.tenants.records",
    title: "What one tenant has, no other one reads, counts or is given to do.",
    guards: "One customer sees the payments of another.",
    run: async ({ open }) => {
      const store = await open();
      const mine = [putThread(thread("pay-001")), put(request("r1", { expiresAt: T0, noticeAt: T0 })), putGrant(grant("g1"))];
      await commit(store, mine, [event("r1", 1)]);
      same(await store.getRequest("other", "r1"), undefined, "a request");
      same(await store.getThread("other", "pay-001"), undefined, "a thread");
      same(await store.requestsOfThread("other", "pay-001"), [], "requests of a thread");
      has(await store.readThread("other", "pay-001"), { thread: undefined, unfinished: [] }, "a thread with what is under way in it");
      same(await store.requestsOfTurn("other", "pay-001", "msg_1"), [], "requests of a turn");
      same((await store.listRequests("other", {})).items, [], "a list");
      same((await store.listRequests("other", { reviewableBy: { id: "bob" } })).items, [], "an inbox");
      same((await store.listRequests("other", { digest: "digest-1" })).items, [], "the same call");
      same(await store.countRequests("other", {}, 10), 0, "a count");
      same((await store.listSubjects?.("other", undefined, 10)) ?? [], [], "subjects");
      same((await store.listThreads?.("other", {}))?.items ?? [], [], "threads");
      same(await grantsOf(store, {}, "other"), [], "grants");
      same((await store.listEvents("other", undefined, 10)).events, [], "events");
      same((await store.listEvents("other", undefined, 10, "r1")).events, [], "a chain");
      for (const kind of ["thread", "expiry", "notice"] as const)
        same(await store.claimDue(kind, { tenant: "other", holder: "h", leaseMs: 1_000, limit: 10 }), [], `what is due: ${kind}`);
    },
  },
  {
    id: "store.tenants.writes",
    title: "Two tenants can have records and events of the same names, and write each their own.",
    guards: "One customer's decision counts for another's request.",
    run: async ({ open }) => {
      const store = await open();
      await commit(
        store,
        [putThread(thread("pay-001")), put(request("r1")), putGrant(grant("g1")), addOpen("pay-001", 1), addUses("g1", 1)],
        [event("r1", 1)],
      );
      const batch = { tenant: "other", events: [] };
      refused(await store.commit({ ...batch, changes: [addOpen("pay-001", 1)] }), "FLOOR", "an addition to another tenant's thread");
      refused(await store.commit({ ...batch, changes: [addUses("g1", 1)] }), "FLOOR", "an addition to another tenant's grant");
      refused(await store.commit({ ...batch, changes: [requireFence("pay-001", 1)] }), "FENCED", "another tenant's fence");
      refused(await store.commit({ ...batch, changes: [put(request("r1"), 1)] }), "CONFLICT", "a put on another tenant's request");
      const theirs = [
        putThread(thread("pay-001", { agent: "theirs", fence: 8 })),
        put(request("r1", { reason: "theirs" })),
        putGrant(grant("g1")),
      ];
      await commit(store, theirs, [event("r1", 1, "theirs")], "other");
      has(await store.getThread(TENANT, "pay-001"), { agent: "payments", open: 1, fence: 1, version: 1 }, "our thread");
      has(await store.getThread("other", "pay-001"), { agent: "theirs", open: 0, fence: 8, version: 1 }, "their thread");
      has(await store.getRequest(TENANT, "r1"), { reason: "", version: 1 }, "our request");
      has((await grantsOf(store))[0], { uses: 1 }, "our grant");
      has((await grantsOf(store, {}, "other"))[0], { uses: 0 }, "their grant");
      same((await store.listEvents(TENANT, undefined, 10)).events, [event("r1", 1)], "our events");
      same((await store.listEvents("other", undefined, 10)).events, [event("r1", 1, "theirs")], "their events");
    },
  },
  {
    id: "store.tenants.names",
    title: "Names of every kind stay apart: of threads, turns, tools, people, roles and tenants.",
    guards: "Two names that look alike to the database are taken for one.",
    run: async ({ open }) => {
      const store = await open();
      for (const [n, name] of NAMES.entries()) {
        const terms = { roles: [`r${name}`] };
        await commit(store, [
          put(request(`${n}`, { threadId: `t${name}`, turnId: name, tool: name, requestedBy: { id: `p${name}` }, terms })),
          putThread(thread(`t${name}`, { agent: `a${name}`, holder: `h${name}` })),
        ]);
        await commit(store, [addOpen(`t${name}`, 1)]);
        await commit(store, [put(request(`s${name}`))], [event(`s${name}`, 1)], `tenant${name}`);
      }
      for (const [n, name] of NAMES.entries()) {
        const what = JSON.stringify(name);
        const listed = async (query: object): Promise<readonly string[]> => idsOf((await store.listRequests(TENANT, query)).items);
        same(idsOf(await store.requestsOfTurn(TENANT, `t${name}`, name)), [`${n}`], `the turn ${what}`);
        same(await listed({ tool: name }), [`${n}`], `the tool ${what}`);
        same(await listed({ requestedBy: `p${name}` }), [`${n}`], `the person ${what}`);
        same(await listed({ reviewableBy: { id: "x", roles: [`r${name}`] } }), [`${n}`], `the role ${what}`);
        const named = { id: `t${name}`, agent: `a${name}`, holder: `h${name}` };
        has(await store.getThread(TENANT, `t${name}`), { ...named, open: 1 }, `the thread ${what}`);
        same(
          await claimed(store, { agents: [named.agent], holder: named.holder, limit: 1 }),
          [{ id: named.id, fence: 2 }],
          `the due thread ${what}`,
        );
        has(await store.getThread(TENANT, named.id), named, `the claimed thread ${what}`);
        same(idsOf((await store.listRequests(`tenant${name}`, {})).items), [`s${name}`], `requests of the tenant ${what}`);
        same(placesOf((await store.listEvents(`tenant${name}`, undefined, 10)).events), [`s${name}/1`], `events of the tenant ${what}`);
      }
    },
  },
  {
    id: "store.tenants.joined-names",
    title: "Two names that are the same when joined are not the same.",
    guards: "A key made of tenant and id leads into another tenant.",
    run: async ({ open }) => {
      const store = await open();
      for (const mark of ["/", ":", "|", "-", "_", ",", ".", "#", " ", "\u0000", "\u001f"]) {
        const [ab, bc] = [`a${mark}b`, `b${mark}c`];
        await commit(store, [put(request("c", { reason: mark })), putThread(thread("c"))], [event("c", 1)], ab);
        same(await store.getRequest("a", bc), undefined, `a request behind ${JSON.stringify(mark)}`);
        same(await store.getThread("a", bc), undefined, `a thread behind ${JSON.stringify(mark)}`);
        same((await store.listEvents("a", undefined, 10, bc)).events, [], `a chain behind ${JSON.stringify(mark)}`);
        await commit(
          store,
          [put(request(`r${mark}1`, { threadId: ab, turnId: "c" })), put(request(`r${mark}2`, { threadId: "a", turnId: bc }))],
          [],
          "turns",
        );
        same(idsOf(await store.requestsOfTurn("turns", "a", bc)), [`r${mark}2`], `a turn behind ${JSON.stringify(mark)}`);
        same(idsOf(await store.requestsOfTurn("turns", ab, "c")), [`r${mark}1`], `a turn before ${JSON.stringify(mark)}`);
      }
    },
  },
];
