// Where somebody acted stands in the trail, beside who and through what.
import { approve, createGate, definePolicy, edit, reject, type Gate, type Origin } from "@countersign/core";
import type { RequestRecord, StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const policy = definePolicy({
  tools: { pay: { ask: true, review: { quorum: 2 } }, read: { ask: true, review: { remember: ["exact-args"] } } },
});
const origin: Origin = { user: "fiona", host: "desk-7", role: "countersign_reviewer" };
const acting = { by: { id: "fiona" }, origin };
const warn = (): void => {};

async function asked(gate: Gate, tool = "read", args: object = { amount: 1 }) {
  const approval = await gate.ask({ threadId: "t", key: `${tool} ${JSON.stringify(args)}`, tool, args });
  if (approval.status !== "pending") throw new Error(approval.status);
  return approval.request;
}

const eventsOf = (gate: Gate, id: string) => Array.fromAsync(gate.history(id));

describe("the origin of a signature", () => {
  it("stands in the record and in the chain, and what it was can't be changed afterwards", async () => {
    const store = memoryStore();
    const gate = createGate({ policy, store, warn });
    const request = await asked(gate, "pay");
    const edited = await gate.decide(request, edit({ amount: 2 }), { ...acting, via: "cli" });
    const signed = await gate.decide(edited, approve(), { by: { id: "bob" }, via: "web", origin: { host: "desk-8", role: undefined } });
    expect(signed.decisions.map((decision) => decision.origin)).toEqual([origin, { host: "desk-8" }]);
    const chain = await eventsOf(gate, request.id);
    expect(chain.map(({ data }) => (data["decisions"] as readonly { origin: Origin }[] | undefined)?.map((one) => one.origin))).toEqual([
      undefined,
      [origin],
      [{ host: "desk-8" }],
    ]);
    await gate.verify();

    const forging: StorePort = {
      ...store,
      getRequest: async (tenant, id) => {
        const record = await store.getRequest(tenant, id);
        const [first, ...rest] = record?.decisions ?? [];
        return record && first && ({ ...record, decisions: [{ ...first, origin: { user: "mallory" } }, ...rest] } satisfies RequestRecord);
      },
    };
    await expect(createGate({ policy, store: forging, warn }).verify()).rejects.toMatchObject({
      code: "AUDIT_BROKEN",
      details: { subject: request.id, field: "decisions" },
    });
  });

  it("is nowhere where nobody gave one, and the same vote from elsewhere is the same vote", async () => {
    const gate = createGate({ policy, store: memoryStore(), warn });
    const request = await asked(gate);
    const signed = await gate.decide(request, approve(), { by: acting.by, origin: {} });
    expect(Object.keys(signed.decisions[0] ?? {})).not.toContain("origin");
    expect(await gate.decide(request, approve(), acting)).toEqual(signed);
  });

  it.each<[string, unknown]>([
    ["a misspelt member", { hostname: "desk-7" }],
    ["a number", { user: 1_000 }],
    ["an empty name", { user: "" }],
    ["a name that fits no index", { user: "x".repeat(600) }],
    ["a text", "desk-7"],
  ])("is refused as %s, and nothing is signed", async (_, given) => {
    const gate = createGate({ policy, store: memoryStore(), warn });
    const request = await asked(gate);
    await expect(gate.decide(request, reject("no"), { by: acting.by, origin: given as Origin })).rejects.toMatchObject({
      code: "INVALID_ARGS",
    });
    expect((await gate.get(request.id))?.status).toBe("pending");
  });

  it("comes from the reviewer of the process, with the role of the store's session", async () => {
    const store: StorePort = { ...memoryStore(), role: async () => "countersign_reviewer" };
    const reviewer = { as: acting.by, origin: { user: "fiona", host: "desk-7" }, review: () => approve() };
    const approval = await createGate({ policy, store, reviewer, warn }).ask({ threadId: "t", key: "k", tool: "read", args: {} });
    expect((await createGate({ store, warn }).get(approval.id))?.decisions[0]).toMatchObject({ via: "in-process", origin });
  });
});

describe("the origin of whoever operates", () => {
  it("is noted by a cancellation, a freeze, its lift, and a grant that is revoked", async () => {
    const gate = createGate({ policy, store: memoryStore(), warn });
    const { id } = await asked(gate);
    await gate.cancel(id, { ...acting, reason: "twice" });
    expect((await eventsOf(gate, id)).at(-1)).toMatchObject({ type: "cancelled", actor: acting.by, data: { note: { origin } } });

    const freeze = await gate.freeze({ tool: "pay" }, { ...acting, reason: "wrong bank" });
    await gate.liftFreeze(freeze.id, acting);
    const freezes = (await eventsOf(gate, "thread/countersign/freezes")).slice(-2);
    expect(freezes.map(({ type, data }) => [type, data["note"]])).toEqual([
      ["frozen", { id: freeze.id, tool: "pay", reason: "wrong bank", origin }],
      ["lifted", { id: freeze.id, origin }],
    ]);

    await gate.decide(await asked(gate, "read", { amount: 2 }), approve({ remember: { scope: "exact-args" } }), acting);
    const [grant] = await gate.grants();
    await gate.revokeGrant(grant?.id ?? "", acting);
    expect((await eventsOf(gate, `grant/${grant?.id}`)).at(-1)).toMatchObject({ type: "revoked", data: { note: { left: 10, origin } } });
    await gate.verify();
  });

  it("is noted by whoever settles", async () => {
    let skipped = 0;
    const now = (): number => Date.now() + skipped;
    const gate = createGate({ policy, store: memoryStore({ now }), now, warn });
    const { id } = await gate.decide(await asked(gate), approve(), acting);
    await new Promise<void>((begun) => void gate.execute({ id, args: {} }, () => (begun(), new Promise(() => {}))));
    skipped += 61_000;
    await gate.settle(id, { failed: "no such payment" }, acting);
    expect((await eventsOf(gate, id)).at(-1)).toMatchObject({ type: "settled", data: { note: { outcome: "failed", origin } } });
    await gate.verify();
  });
});
