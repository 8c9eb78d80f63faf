import { has, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { FULL_REQUEST, FULL_THREAD } from "../full.ts";
import { addUses, commit, grant, grantsOf, idsOf, put, putGrant, putThread, request, T0, TENANT, thread } from "../records.ts";

export const readCases: readonly StoreCase[] = [
  {
    id: "store.read.absent",
    title: "What isn't there is undefined, or an empty list.",
    guards: "A process takes a record that isn't there for one that can't be read.",
    run: async ({ open }) => {
      const store = await open();
      same(await store.getRequest(TENANT, "r1"), undefined, "no request");
      same(await store.getThread(TENANT, "pay-001"), undefined, "no thread");
      same(await store.requestsOfThread(TENANT, "pay-001"), [], "requests of no thread");
      has(await store.readThread(TENANT, "pay-001"), { thread: undefined, unfinished: [] }, "what is under way in no thread");
      same(await store.requestsOfTurn(TENANT, "pay-001", "msg_1"), [], "requests of no turn");
      same(await grantsOf(store), [], "no grants");
      has(await store.listRequests(TENANT, {}), { items: [], next: undefined }, "no page");
      same(await store.countRequests(TENANT, {}, 10), 0, "no count");
      same((await store.listEvents(TENANT, undefined, 10)).events, [], "no events");
    },
  },
  {
    id: "store.read.request-members",
    title: "Every member of a request comes back from every read, and is gone once a put leaves it out.",
    guards: "A signature, a deadline or a lease is lost, or outlives what it was for.",
    run: async ({ open }) => {
      const store = await open();
      const bare = request("r1", { askedAt: T0 });
      const reads = async (): Promise<readonly unknown[]> => [
        await store.getRequest(TENANT, "r1"),
        (await store.requestsOfTurn(TENANT, "pay-001", "msg_1"))[0],
        (await store.requestsOfThread(TENANT, "pay-001"))[0],
        (await store.listRequests(TENANT, {})).items[0],
      ];
      await commit(store, [put(FULL_REQUEST)]);
      for (const read of await reads()) same(read, { ...FULL_REQUEST, version: 1 }, "a request with everything");
      await commit(store, [put({ ...bare, namespace: FULL_REQUEST.namespace }, 1)]);
      for (const read of await reads()) same(read, { ...bare, namespace: FULL_REQUEST.namespace, version: 2 }, "a request with little");
    },
  },
  {
    id: "store.read.thread-members",
    title: "Every member of a thread comes back, bytes as bytes, and is gone once a put leaves it out.",
    guards: "A run goes on without its saved state, or with that of somebody who let go of it.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(FULL_THREAD)]);
      same((await store.readThread(TENANT, "pay-001")).thread, { ...FULL_THREAD, version: 1 }, "a thread read with its requests");
      const found = await store.getThread(TENANT, "pay-001");
      same(found, { ...FULL_THREAD, version: 1 }, "a thread with everything");
      same(found?.continuation instanceof Uint8Array, true, "the continuation is a Uint8Array");
      await commit(store, [putThread({ ...FULL_THREAD, attempts: 4 }, 1)]);
      same(await store.getThread(TENANT, "pay-001"), { ...FULL_THREAD, attempts: 4, version: 2 }, "one member changed");
      await commit(store, [putThread(thread("pay-001"), 2)]);
      same(await store.getThread(TENANT, "pay-001"), { ...thread("pay-001"), version: 3 }, "a thread with little");
    },
  },
  {
    id: "store.read.grant-members",
    title: "Every member of a grant comes back.",
    guards: "A grant that was revoked or has run out still signs.",
    run: async ({ open }) => {
      const store = await open();
      const full = {
        ...grant("g1", { namespace: "billing", expiresAt: T0, revokedAt: T0 + 1 }),
        expiresAt: T0,
        revokedAt: T0 + 1,
        seq: 2,
        head: "abc",
      };
      await commit(store, [putGrant(full)]);
      same(await grantsOf(store, { namespace: "billing" }), [{ ...full, version: 1 }], "the grant");
    },
  },
  {
    id: "store.read.falsy-results",
    title: "A result of null, false, 0 or an empty text is not the absence of one.",
    guards: "A call that ran and answered nothing looks as if it had never run.",
    run: async ({ open }) => {
      const store = await open();
      const results = [null, false, 0, "", [], {}];
      await commit(
        store,
        results.map((result, n) => put(request(`r${n}`, { result }))),
      );
      for (const [n, result] of results.entries())
        same((await store.getRequest(TENANT, `r${n}`))?.result, result, `a result of ${JSON.stringify(result)}`);
      await commit(store, [put(request("r0"), 1)]);
      same((await store.getRequest(TENANT, "r0"))?.result, undefined, "a result taken away");
    },
  },
  {
    id: "store.read.order",
    title: "The requests of a thread and of a turn come in the order they were asked, also after they changed.",
    guards: "Decisions hit the wrong one of several parallel calls.",
    run: async ({ open }) => {
      const store = await open();
      const names = ["m", "z", "a", "k"];
      await commit(
        store,
        names.map((name) => put(request(name))),
      );
      await commit(store, [put(request("b", { turnId: "msg_2", askedAt: T0 + 1 }))]);
      await commit(store, [put(request("0", { askedAt: T0 + 2 }))]);
      await commit(store, [put(request("z", { reason: "changed" }), 1)]);
      same(idsOf(await store.requestsOfTurn(TENANT, "pay-001", "msg_1")), [...names, "0"], "of the turn");
      same(idsOf(await store.requestsOfThread(TENANT, "pay-001")), [...names, "b", "0"], "of the thread");
    },
  },
  {
    id: "store.read.turn",
    title: "A thread's requests are its own, and a turn's are those of that turn in that thread.",
    guards: "A run waits for, or goes on with, the approvals of another one.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [
        put(request("a")),
        put(request("b", { turnId: "msg_2" })),
        put(request("c", { threadId: "pay-002" })),
        put(request("d", { threadId: "pay-00" })),
      ]);
      same(idsOf(await store.requestsOfTurn(TENANT, "pay-001", "msg_1")), ["a"], "the first turn");
      same(idsOf(await store.requestsOfTurn(TENANT, "pay-001", "msg_2")), ["b"], "the second turn");
      same(idsOf(await store.requestsOfTurn(TENANT, "pay-002", "msg_1")), ["c"], "the same turn id of another thread");
      same(idsOf(await store.requestsOfThread(TENANT, "pay-001")), ["a", "b"], "the thread");
      same(idsOf(await store.requestsOfThread(TENANT, "pay-00")), ["d"], "a thread whose name begins alike");
    },
  },
  {
    id: "store.read.grants",
    title: "Grants are found by namespace, tool and agent, all three.",
    guards: "A grant for one tool signs the calls of another.",
    run: async ({ open }) => {
      const store = await open();
      const grants = [
        grant("g1"),
        grant("g2", { namespace: "billing" }),
        grant("g3", { tool: "refund" }),
        grant("g4", { agent: "support" }),
        grant("g5"),
      ];
      await commit(
        store,
        grants.map((record) => putGrant(record)),
      );
      const found = async (over: object): Promise<readonly string[]> => [...idsOf(await grantsOf(store, over))].sort();
      same(await found({}), ["g1", "g5"], "without a namespace");
      same(await found({ namespace: "billing" }), ["g2"], "of a namespace");
      same(await found({ tool: "refund" }), ["g3"], "of another tool");
      same(await found({ agent: "support" }), ["g4"], "of another agent");
      same(await found({ agent: "nobody" }), [], "of nobody");
    },
  },
  {
    id: "store.read.list-grants",
    title: "All grants of a tenant are listed as they are now, in the order they were given, or those of one tool's name.",
    guards: "Somebody looks for standing signatures to revoke, and the one that matters is not shown.",
    needs: ["listsGrants"],
    run: async ({ open }) => {
      const store = await open();
      const list = async (tool?: string): Promise<readonly string[]> =>
        idsOf((await store.listGrants?.(TENANT, tool)) ?? [{ id: "no list" }]);
      same(await list(), [], "of none");
      const grants = [grant("m"), grant("z", { namespace: "billing" }), grant("a", { tool: "refund" }), grant("k", { agent: "support" })];
      for (const record of grants) await commit(store, [putGrant(record), addUses(record.id, 3)]);
      await commit(store, [putGrant({ ...grant("z", { namespace: "billing" }), revokedAt: T0 }, 1), addUses("m", -1)]);
      same(await list(), ["m", "z", "a", "k"], "of all tools");
      same(await list("send_payment"), ["m", "z", "k"], "of one tool, whatever its namespace and agent");
      same(await list("pay"), [], "of no tool");
      const [first, second] = (await store.listGrants?.(TENANT, undefined)) ?? [];
      same(first, { ...grant("m"), version: 1, uses: 2 }, "one that was used");
      same(second, { ...grant("z", { namespace: "billing" }), version: 2, uses: 3, revokedAt: T0 }, "one that was revoked");
      same(await store.listGrants?.("other", undefined), [], "of another tenant");
    },
  },
];
