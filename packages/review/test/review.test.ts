import { approve, createGate, definePolicy, edit, type ApprovalRequest } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { z } from "zod";
import { reviewOf } from "../src/index.ts";
import { HOUR, MINUTE, NOW, requestOf } from "./support.ts";

it("a payment that was edited, with all that is known around it", async () => {
  let now = NOW;
  const args = z.object({
    recipient: z.string().meta({ title: "Recipient", description: "Who gets the money" }),
    amount: z.number().meta({ title: "Amount" }),
    note: z.string().optional(),
    currency: z.string().default("USD"),
    iban: z.string(),
  });
  const gate = createGate({
    policy: definePolicy({
      tools: {
        send_payment: {
          args,
          ask: ({ args: { amount } }) => (amount > 1_000 ? "over $1,000" : false),
          describe: ({ args: { amount, recipient } }) => ({ title: `Pay ${recipient} $${amount}`, risk: "high", facts: [{ label: "budget", value: "$9,000" }], links: [{ label: "invoice", url: "https://exämple.com/88" }] }), // prettier-ignore
          redact: ["args.iban"],
          review: { quorum: [{ roles: ["finance"] }, { roles: ["cfo"] }], fourEyes: true, confirm: "args.amount", expiresIn: "3h" },
        },
      },
    }),
    store: memoryStore({ now: () => now }),
    agent: "payments",
    reviewer: { as: { id: "later" }, review: () => undefined },
  });
  const call = { recipient: "Acme Corp", amount: 4_200, iban: "DE02120300000000202051", note: "Invoice 88\nThanks" };
  const asked = await gate.ask({
    threadId: "pay-1",
    key: "1",
    tool: "send_payment",
    args: call,
    requestedBy: { id: "dora", name: "Dora" },
  });
  now += MINUTE;
  const seen = (await gate.get(asked.id)) as ApprovalRequest;
  const changed = { ...seen.proposal.args, amount: 4_000, note: "Invoice 88\nMany thanks" };
  const edited = await gate.decide(seen, edit(changed, { confirm: 4_000 }), {
    by: { id: "fiona", name: "Fiona", roles: ["finance"] },
    via: "cli",
  });
  await gate.freeze({ tool: "send_payment" }, { by: { id: "bob" }, reason: "incident 12" });
  now += 2 * HOUR + MINUTE;
  const review = reviewOf(edited, { now, by: { id: "alice", roles: ["cfo"] }, seen, ...(await gate.background(edited)) });
  expect(review).toMatchSnapshot();
  expect(JSON.parse(JSON.stringify(review))).toEqual(JSON.parse(JSON.stringify({ ...review })));
});

it("a call that ran, and one of which nobody knows", () => {
  const decisions = [{ decision: approve(), by: { id: "bob" }, at: NOW - HOUR, via: "web", digest: "d".repeat(64), signature: undefined }];
  const over = { status: "approved", decisions, decidedAt: NOW - HOUR, begun: true } as const;
  const done = requestOf(
    { amount: 1 },
    {
      ...over,
      execution: "done",
      receipt: { status: "done", result: { id: "pm_1", at: new Date(0) }, at: NOW - MINUTE, args: { amount: 1, currency: "USD" } },
    },
  );
  expect(reviewOf(done, { now: NOW, by: { id: "bob" } })).toMatchSnapshot();
  const failed = requestOf({}, { ...over, execution: "failed", receipt: { status: "failed", error: "no\u202e funds\nat all", at: NOW } });
  expect(reviewOf(failed, { now: NOW }).outcome).toEqual({
    status: "failed",
    at: { at: NOW, text: "just now" },
    lines: ["no\\u{202e} funds", "at all"],
  });
  const unknown = requestOf({}, { ...over, execution: "unknown", receipt: { status: "unknown", at: NOW - MINUTE } });
  expect(reviewOf(unknown, { now: NOW })).toMatchObject({
    statusText: "approved, outcome unknown",
    outcome: { status: "unknown", at: { text: "1m ago" } },
  });
});
