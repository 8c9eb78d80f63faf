import { expect, test } from "vitest";
import { commit, grant, put, putGrant, putThread, request, T0, TENANT, thread } from "../records.ts";
import type { Open } from "../store-promises.ts";

export function readPromises(open: Open): void {
  test("what isn't there is undefined or empty", async () => {
    const store = await open();
    expect(await store.getRequest(TENANT, "r1")).toBeUndefined();
    expect(await store.getThread(TENANT, "pay-001")).toBeUndefined();
    expect(await store.requestsOfThread(TENANT, "pay-001")).toEqual([]);
    expect(await store.requestsOfTurn(TENANT, "pay-001", "msg_1")).toEqual([]);
    expect(await store.grantsFor(TENANT, grant("g1").grant)).toEqual([]);
  });

  test("every member of a request comes back", async () => {
    const store = await open();
    const full = request("r1", {
      status: "approved",
      namespace: "billing",
      approvedArgs: { amount: 1 },
      argsSchema: { type: "object" },
      terms: {
        roles: ["finance"],
        reviewers: ["bob"],
        quorum: 2,
        fourEyes: true,
        expiresIn: "72h",
        escalate: { after: "1h", roles: ["cfo"] },
      },
      requestedBy: { id: "alice", name: "Alice", roles: ["sales"], kind: "person" },
      decisions: [
        {
          decision: { type: "edit", args: { amount: 1 }, comment: "less" },
          by: { id: "bob" },
          at: T0,
          via: "cli",
          digest: "digest-2",
          signature: undefined,
        },
      ],
      execution: "done",
      receipt: { status: "done", result: undefined, at: T0 },
      decidedAt: T0,
      grantId: "g1",
      supersedes: "r0",
      revises: "r-1",
      links: [{ label: "Invoice", url: "https://example.com/88" }],
      expiresAt: T0 + 1,
      state: "done",
      idempotent: true,
      result: { paid: [1, null, "two"] },
      error: "none",
      parent: "r00",
      ticket: true,
      executeWithin: 5,
      attempt: 2,
      holder: "nonce",
      leaseUntil: T0 + 2,
    });
    await commit(store, [put(full)]);
    expect(await store.getRequest(TENANT, "r1")).toEqual({ ...full, version: 1 });
    expect(await store.requestsOfTurn(TENANT, "pay-001", "msg_1")).toEqual([{ ...full, version: 1 }]);
    expect((await store.listRequests(TENANT, { execution: "done" })).items).toEqual([{ ...full, version: 1 }]);
  });

  test.each([null, false, 0, "", [], {}])("a result of %j is not the absence of one", async (result) => {
    const store = await open();
    await commit(store, [put(request("r1", { result }))]);
    expect((await store.getRequest(TENANT, "r1"))?.result).toEqual(result);
    await commit(store, [put(request("r1"), 1)]);
    expect((await store.getRequest(TENANT, "r1"))?.result).toBeUndefined();
  });

  test("every member of a thread comes back, and can be taken away again", async () => {
    const store = await open();
    const full = thread("pay-001", {
      holder: "worker/1",
      leaseUntil: T0,
      notBefore: T0 + 1,
      attempts: 3,
      lastError: "model failed",
      requestedBy: { id: "alice", roles: ["sales"] },
      context: { locale: "de", nested: [1, { a: null }] },
      continuation: new Uint8Array([0, 1, 255, 0]),
      outcome: { text: "done", output: { ok: true } },
      seq: 4,
      head: "abc",
    });
    await commit(store, [putThread(full)]);
    const found = await store.getThread(TENANT, "pay-001");
    expect(found).toEqual({ ...full, version: 1, continuation: expect.any(Uint8Array) });
    expect([...(found?.continuation ?? [])]).toEqual([0, 1, 255, 0]);
    await commit(store, [putThread({ ...full, attempts: 4 }, 1)]);
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ attempts: 4, context: full.context, outcome: full.outcome });
    await commit(store, [putThread(thread("pay-001"), 2)]);
    expect(await store.getThread(TENANT, "pay-001")).toEqual({ ...thread("pay-001"), version: 3 });
  });

  test("requests of a thread and of a turn come in the order they were asked, also after they changed", async () => {
    const store = await open();
    const names = ["m", "z", "a", "k"];
    await commit(
      store,
      names.map((name) => put(request(name))),
    );
    await commit(store, [put(request("b", { turnId: "msg_2", askedAt: T0 - 5 })), put(request("c", { threadId: "pay-002" }))]);
    await commit(store, [put(request("z", { reason: "changed" }), 1)]);
    expect((await store.requestsOfTurn(TENANT, "pay-001", "msg_1")).map(({ id }) => id)).toEqual(names);
    expect((await store.requestsOfThread(TENANT, "pay-001")).map(({ id }) => id)).toEqual([...names, "b"]);
    expect((await store.requestsOfTurn(TENANT, "pay-002", "msg_1")).map(({ id }) => id)).toEqual(["c"]);
  });

  test("grants are found by namespace, tool and agent", async () => {
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
    const ids = async (over: object): Promise<readonly string[]> =>
      (await store.grantsFor(TENANT, { namespace: undefined, tool: "send_payment", agent: "payments", ...over })).map(({ id }) => id);
    expect(await ids({})).toEqual(["g1", "g5"]);
    expect(await ids({ namespace: "billing" })).toEqual(["g2"]);
    expect(await ids({ tool: "refund" })).toEqual(["g3"]);
    expect(await ids({ agent: "support" })).toEqual(["g4"]);
    expect(await ids({ agent: "nobody" })).toEqual([]);
    expect((await store.grantsFor(TENANT, grant("g2", { namespace: "billing" }).grant))[0]).toEqual({ ...grants[1], version: 1 });
  });

  test("the clock is the time of day in ms", async () => {
    const store = await open();
    const before = Date.now();
    const now = await store.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
}
