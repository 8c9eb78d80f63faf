// Words that have no UTF-8 come from models and from broken clients: they are recorded like any others.
import { createGate, definePolicy, edit, reject } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { z } from "zod";

const policy = definePolicy({
  tools: {
    pay: { args: z.object({ iban: z.string(), amount: z.number() }), ask: true, redact: ["args.iban"], review: { remember: ["tool"] } },
  },
});
const by = { id: "alice" };

async function asked() {
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const approval = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { iban: "DE02", amount: 1 } });
  if (approval.status !== "pending") throw new Error(approval.status);
  return { gate, request: approval.request };
}

it("a rejection with such words is remembered, and can be revoked", async () => {
  const { gate, request } = await asked();
  await gate.decide(request, reject("no \ud800", { remember: { scope: "tool" } }), { by });
  const [grant] = await gate.grants();
  await gate.revokeGrant(grant?.id ?? "", { by });
  expect((await gate.grants())[0]?.revokedAt).toBeDefined();
  await gate.verify();
});

it("an edit is commented with such words, and hides what is masked", async () => {
  const { gate, request } = await asked();
  await gate.decide(request, edit({ ...request.args, amount: 2 }, { comment: "less \udfff" }), { by });
  const events = await Array.fromAsync(gate.history(request.id));
  expect(JSON.stringify(events)).not.toContain("DE02");
  await gate.verify();
});
