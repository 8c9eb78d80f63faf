import { createGate, definePolicy, edit, type ApprovalRequest, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { z } from "zod";
import { reviewOf } from "../src/index.ts";
import { NOW } from "./support.ts";

const FIONA: Principal = { id: "fiona", roles: ["finance"] };
const BOB: Principal = { id: "bob", roles: ["finance"] };

async function asked() {
  const policy = definePolicy({
    tools: {
      pay: {
        args: z.object({ to: z.string(), amount: z.number(), iban: z.string().default("none") }),
        ask: [{ when: ({ args }) => args.amount > 100, review: { confirm: "args.amount" } }, {}],
        describe: ({ args }) => ({ title: `Pay ${args.to} $${args.amount}`, risk: args.amount > 100 ? "high" : "low" }),
        redact: ["args.iban"],
        review: { roles: ["finance"], quorum: 2, fourEyes: true },
      },
    },
  });
  const gate = createGate({ policy, store: memoryStore({ now: () => NOW }), now: () => NOW, warn: () => {} });
  const { id } = await gate.ask({
    threadId: "t",
    key: "k",
    tool: "pay",
    args: { to: "Acme", amount: 50, iban: "DE89" },
    requestedBy: "dora",
  });
  const current = async () => (await gate.get(id)) as ApprovalRequest;
  const reviewed = async (request: ApprovalRequest, args: object) => {
    const mine = { ...request.proposal.args, ...args };
    const preview = await gate.preview(request, edit(mine), { by: FIONA });
    return reviewOf(request, { now: NOW, by: FIONA, mine, preview });
  };
  return { gate, current, reviewed };
}

it("an edit at hand is reviewed as the call would be, and signed under the digest that stands", async () => {
  const { current, reviewed } = await asked();
  const request = await current();
  const review = await reviewed(request, { amount: 500 });
  expect(review).toMatchObject({
    digest: request.proposal.digest,
    status: "pending",
    title: "Pay Acme $500",
    risk: "high",
    why: { tier: 1 },
    confirm: [{ path: "args.amount" }],
    editedBy: "fiona (finance)",
    missing: "2 of finance",
    // As it stands: whoever writes an edit can't sign it afterwards, but may write it.
    may: { approve: { allowed: true }, edit: { allowed: true } },
  });
  expect(review.args.find(({ name }) => name === "amount")).toMatchObject({ value: "500", isEdited: true });
  expect(review.differences).toEqual([
    { path: ["amount"], name: "amount", model: { text: "50" }, proposed: { text: "50" }, mine: { text: "500" }, lines: undefined },
  ]);
});

it("the differences of an edit of an edit have all three", async () => {
  const { gate, current, reviewed } = await asked();
  const first = await current();
  await gate.decide(first, edit({ ...first.proposal.args, amount: 60 }), { by: BOB });
  const review = await reviewed(await current(), { amount: 70 });
  expect(review.differences).toMatchObject([{ model: { text: "50" }, proposed: { text: "60" }, mine: { text: "70" } }]);
  // Under other arguments his signature is worth nothing.
  expect(review.signatures).toMatchObject([{ decision: "edit", counts: false }]);
});

it("what is masked stays masked, but for what whoever edits has typed themselves", async () => {
  const { current, reviewed } = await asked();
  expect(JSON.stringify(await reviewed(await current(), { amount: 60 }))).not.toContain("DE89");
  const review = await reviewed(await current(), { iban: "GB29" });
  expect(review.differences).toMatchObject([{ name: "iban", proposed: { text: "•••" }, mine: { text: '"GB29"' } }]);
  expect(JSON.stringify({ ...review, differences: [] })).not.toContain("GB29");
});
