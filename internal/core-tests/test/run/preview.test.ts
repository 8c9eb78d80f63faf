import { approve, definePolicy, edit, reject, type Decision } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { testGate } from "@countersign/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const policy = definePolicy({
  tools: {
    pay: {
      args: z.object({ amount: z.number() }),
      deny: ({ args }) => args.amount > 9_000 && "too large",
      ask: ({ args }) => args.amount > 1_000,
    },
  },
});
const paying = (amount: number | string): ProposedCall => ({ turnId: "m", callId: "c", tool: "pay", args: { amount } });

test.each([
  ["allowed", paying(5), { status: "runs", args: { amount: 5 }, recorded: false }],
  ["denied", paying(10_000), { status: "refused", message: expect.stringContaining("too large") as string }],
  ["unreadable", paying("much"), { status: "refused" }],
])("a call that was never asked about: %s, and nothing is recorded", async (_name, call, expected) => {
  const gate = testGate(policy);
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  expect(await thread.preview(call, { fresh: true })).toMatchObject(expected);
  expect((await gate.list()).items).toEqual([]);
});

test.each<[string, Decision, object]>([
  ["approved", approve(), { status: "runs", args: { amount: 5_000 }, recorded: true }],
  ["edited", edit({ amount: 3_000 }), { status: "runs", args: { amount: 3_000 }, recorded: true }],
  ["rejected", reject("no"), { status: "refused", message: expect.stringContaining("no") as string }],
  ["stopped", reject("no", { then: "stop" }), { status: "refused", then: "stop" }],
])("a signed call is shown as it would run, and isn't begun: %s", async (_name, decision, expected) => {
  const gate = testGate(policy);
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  const [request] = await thread.suspend([paying(5_000)], null);
  if (!request) throw new Error("nothing is recorded");
  await gate.decide(request, decision, { by: { id: "alice" } });
  await thread.release("suspended");
  const later = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  const before = await gate.get(request.id);
  expect(await later.preview(paying(5_000))).toMatchObject(expected);
  expect(await gate.get(request.id)).toEqual(before);
});
