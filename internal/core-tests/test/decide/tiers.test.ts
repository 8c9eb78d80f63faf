// What is recorded of tiers, descriptions and time, and what an edit makes of them.
import { approve, createGate, definePolicy, edit, isCountersignError, type Policy, type ReviewTerms } from "@countersign/core"; // prettier-ignore
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const ann = { id: "ann", roles: ["finance"] };
const bob = { id: "bob", roles: ["finance"] };
const cfo = { id: "cem", roles: ["cfo"] };
const BOARD: ReviewTerms = { quorum: [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }], expiresIn: "1h" };
const CFO: ReviewTerms = { roles: ["cfo"] };
const FINANCE: ReviewTerms = { roles: ["finance"], escalate: { after: "2h", roles: ["legal"] } };
const NOON = Date.UTC(2026, 10, 29, 12);

const above = (limit: number) => ({ args }: { readonly args: Readonly<Record<string, unknown>> }) => Number(args["amount"]) > limit; // prettier-ignore
const TIERS = [
  { when: above(100), review: BOARD },
  { when: above(50), review: CFO },
  { when: above(10), review: FINANCE },
];
const policyOf = (more: object = {}): Policy =>
  definePolicy({
    tools: { pay: { deny: above(1_000), ask: TIERS, describe: ({ args }) => ({ title: `Pay $${String(args["amount"])}` }) } },
    ...more,
  });
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

async function asked(amount: number, policy: Policy = policyOf(), deskPolicy: Policy | undefined = policy) {
  let skipped = 0;
  const now = (): number => NOON + skipped;
  const made = { store: memoryStore({ now }), now, warn: () => {} };
  const gate = createGate({ ...made, policy });
  const desk = createGate({ ...made, ...(deskPolicy && { policy: deskPolicy }) });
  const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount }, requestedBy: "asker" });
  if (approval.status !== "pending") throw new Error(approval.status);
  const edited = (to: number, by = ann) => desk.decide(approval.request, edit({ amount: to }), { by });
  return { gate, desk, request: approval.request, edited, advance: (ms: number) => (skipped += ms) };
}

describe("a request under tiers", () => {
  it("says which of them asked, in what words, and what the time was", async () => {
    const { gate, request } = await asked(60);
    expect(request).toMatchObject({ rule: "pay", tier: 2, judgedAt: NOON, proposal: { description: { title: "Pay $60" } } });
    const [first] = await Array.fromAsync(gate.history(request.id));
    expect(first).toMatchObject({ type: "asked", data: { tier: 2, judgedAt: NOON, terms: { roles: ["cfo"] } } });
    await gate.verify();
  });

  it("takes the terms of a stricter tier when an edit raises it", async () => {
    const { gate, request, edited } = await asked(20);
    const raised = await edited(500);
    expect(raised).toMatchObject({ status: "pending", tier: 1, proposal: { description: { title: "Pay $500" } } });
    expect(raised.terms).toMatchObject({
      roles: ["finance", "cfo"],
      quorum: [
        { roles: ["finance"], count: 2 },
        { roles: ["cfo"], count: 1 },
      ],
    });
    expect(raised.expiresAt).toBe(request.askedAt + 3_600_000);
    // The editor's own is the first of two.
    expect(await gate.decide(raised, approve(), { by: cfo })).toMatchObject({ status: "pending" });
    expect(await gate.decide(raised, approve(), { by: bob })).toMatchObject({ status: "approved" });
    const changed = (await Array.fromAsync(gate.history(request.id)))[1];
    expect(changed).toMatchObject({ data: { tier: 1, terms: { quorum: [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }] } } });
    await gate.verify();
  });

  it("is signed by the stricter tier's people alone, also where the looser one names none of them", async () => {
    const { gate, edited } = await asked(20);
    // Finance may edit, and may not sign what it made of it.
    expect(await codeOf(edited(60))).toBe("NOT_AUTHORIZED");
    const by = { id: "dee", roles: ["finance", "cfo"] };
    expect(await edited(60, by)).toMatchObject({ status: "approved", tier: 2, terms: { roles: ["cfo"] } });
    await gate.verify();
  });

  it("keeps the terms under which it was asked when an edit lowers it", async () => {
    for (const amount of [60, 200]) {
      const { request, edited } = await asked(amount);
      const lowered = await edited(20, amount === 60 ? cfo : ann);
      expect(lowered.tier).toBe(request.tier);
      expect(lowered.terms).toEqual(request.terms);
    }
  });

  it("keeps them too where it no longer takes a signature", async () => {
    const { request, edited } = await asked(200);
    expect(await edited(5)).toMatchObject({ status: "pending", tier: 1, terms: request.terms });
  });

  it("is refused where an edit gets to what is denied", async () => {
    const { edited } = await asked(200);
    expect(await codeOf(edited(2_000))).toBe("POLICY_DENIED");
  });

  it("goes up and down and up again without getting looser", async () => {
    const { desk, request, edited } = await asked(20);
    const up = await edited(500);
    const down = await desk.decide(up, edit({ amount: 15 }), { by: bob });
    expect(down).toMatchObject({ tier: 1, status: "pending", terms: up.terms });
    const again = await desk.decide(down, edit({ amount: 700 }), { by: ann });
    expect(again).toMatchObject({ tier: 1, status: "pending" });
    expect(again.terms).toEqual(up.terms);
    expect(request.tier).toBe(3);
  });

  it("counts an escalation by when it was asked", async () => {
    const { edited, advance } = await asked(20);
    advance(2 * 3_600_000);
    const legal = { id: "lee", roles: ["legal"] };
    expect(await edited(25, legal)).toMatchObject({ status: "approved", tier: 3 });
    const other = await asked(60);
    other.advance(2 * 3_600_000);
    expect(await codeOf(other.desk.decide(other.request, approve(), { by: legal }))).toBe("NOT_AUTHORIZED");
  });

  it("adds up with a guard rail that an edit runs into", async () => {
    const outside = [{ when: ({ args }: { readonly args: Readonly<Record<string, unknown>> }) => args["to"] === "mallory", ask: true as const, review: { roles: ["security"] } }]; // prettier-ignore
    const { desk, request } = await asked(60, policyOf({ always: outside }));
    const edited = await desk.decide(request, edit({ amount: 20, to: "mallory" }), { by: cfo });
    expect(edited).toMatchObject({ status: "pending", terms: { quorum: expect.arrayContaining([{ roles: ["security"], count: 1 }, { roles: ["cfo"], count: 1 }]) } }); // prettier-ignore
  });

  it("is tightened by another policy, as ever, and not replaced", async () => {
    const other = definePolicy({ tools: { pay: { ask: [{ review: { roles: ["legal"] } }, { when: () => false }] } } });
    const { edited } = await asked(60, policyOf(), other);
    expect(await edited(70, cfo)).toMatchObject({ status: "pending", tier: 2, terms: { roles: ["legal", "cfo"] } });
  });

  it("doesn't run with an edit that a desk without the policy took for less than it needs", async () => {
    const Pay = z.object({ amount: z.number(), to: z.string().optional() });
    const security = { when: ({ args }: { readonly args: Readonly<Record<string, unknown>> }) => args["to"] === "mallory", ask: true as const, review: { roles: ["security"] } }; // prettier-ignore
    const policy = definePolicy({ always: [security], tools: { pay: { args: Pay, ask: TIERS } } });
    const older = definePolicy({ tools: { pay: { args: Pay, ask: true, review: { roles: ["finance"] } } } });
    for (const deskPolicy of [undefined, older])
      for (const args of [{ amount: 500 }, { amount: 20, to: "mallory" }, { amount: 15 }]) {
        const store = memoryStore();
        const gate = createGate({ store, policy, warn: () => {} });
        const desk = createGate({ store, ...(deskPolicy && { policy: deskPolicy }) });
        const call = { threadId: "t", key: "k", tool: "pay", args: { amount: 20 }, requestedBy: "asker" } as const;
        const approval = await gate.ask(call);
        if (approval.status !== "pending") throw new Error(approval.status);
        expect(await desk.decide(approval.request, edit(args), { by: ann })).toMatchObject({ status: "approved" });
        const ran: unknown[] = [];
        const came = await codeOf(gate.execute({ id: approval.id, args }, (given) => ran.push(given)));
        expect({ args, came, ran }).toEqual(
          args.amount === 15 ? { args, came: "none", ran: [args] } : { args, came: "NOT_APPROVED", ran: [] },
        );
      }
  });

  it("keeps the signers of each policy where both have tiers under one name", async () => {
    const holds = (name: string) => ({ args }: { readonly args: Readonly<Record<string, unknown>> }) => args[name] === true; // prettier-ignore
    const below = definePolicy({ tools: { pay: { ask: [{ when: above(1_000), review: { roles: ["cfo"] } }] } } });
    const ask = [
      { when: holds("sanctioned"), review: { roles: ["board"] } },
      { when: holds("foreign"), review: { roles: ["legal"] } },
    ];
    const { request, desk } = await asked(2_000, definePolicy({ include: [below], tools: { pay: { ask } } }));
    expect(request).toMatchObject({ terms: { roles: ["cfo"] } });
    const edited = await desk.decide(request, edit({ amount: 500, foreign: true }), { by: cfo });
    expect(edited).toMatchObject({ status: "pending", terms: { roles: ["legal", "cfo"] } });
  });

  it("needs more people again where a later tier asks more of them", async () => {
    const foreign = ({ args }: { readonly args: Readonly<Record<string, unknown>> }) => args["foreign"] === true;
    const ask = [
      { when: foreign, review: { roles: ["legal"] } },
      { when: above(10), review: { roles: ["finance"], quorum: 2 } },
    ];
    const policy = definePolicy({ tools: { pay: { ask } } });
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 5, foreign: true } });
    if (approval.status !== "pending") throw new Error(approval.status);
    const by = { id: "lee", roles: ["legal"] };
    expect(await gate.decide(approval.request, edit({ amount: 90_000, foreign: false }), { by })).toMatchObject({ status: "pending" });
  });

  it("shows no more of an edit than of the call that was asked about", async () => {
    const describe_ = ({ args }: { readonly args: Readonly<Record<string, unknown>> }) => ({ title: `to ${String(args["iban"])}` });
    const rule = { ask: true, describe: describe_ } as const;
    const store = memoryStore();
    const gate = createGate({ store, policy: definePolicy({ tools: { pay: { ...rule, redact: ["args.iban"] } } }), warn: () => {} });
    const desk = createGate({ store, policy: definePolicy({ tools: { pay: rule } }), warn: () => {} });
    const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 1, iban: "IBANSECRET" } });
    if (approval.status !== "pending") throw new Error(approval.status);
    const edited = await desk.decide(approval.request, edit({ amount: 2, iban: "•••" }), { by: ann });
    expect(edited.proposal.description).toEqual({ title: "to •••" });
    expect(JSON.stringify(await Array.fromAsync(gate.history(approval.id)))).not.toContain("IBANSECRET");
  });

  it("loses its words where no policy can make them anew", async () => {
    const store = memoryStore();
    const Pay = z.object({ amount: z.number() });
    const policy = definePolicy({ tools: { pay: { args: Pay, ask: true, describe: ({ args }) => ({ title: `Pay $${args.amount}` }) } } });
    const gate = createGate({ store, policy, warn: () => {} });
    const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 60 } });
    if (approval.status !== "pending") throw new Error(approval.status);
    expect(approval.request.proposal.description).toEqual({ title: "Pay $60" });
    const desk = createGate({ store });
    const edited = await desk.decide(approval.request, edit({ amount: 50 }), { by: ann });
    expect(edited.proposal).toMatchObject({ args: { amount: 50 }, by: ann });
    expect(edited.proposal).not.toHaveProperty("description");
    await gate.verify();
  });
});
