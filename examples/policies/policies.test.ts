// The policy of a company: it loads without a warning, its own cases hold, and what it asks is signed by the right people.
import { approve, createGate, edit, isCountersignError } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { coverage, lint, policyFile, testPolicy } from "@countersign/policy";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tools } from "./tools.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;
const read = (name: string): string => readFileSync(here(name), "utf8");
const ann = { id: "ann", roles: ["finance"] };
const bob = { id: "bob", roles: ["finance"] };
const cfo = { id: "cem", roles: ["cfo"] };
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

function desk(now = Date.UTC(2026, 10, 30, 10)) {
  const policy = policyFile(here("agent.yaml"), { tools });
  const told: string[] = [];
  const gate = createGate({ policy, store: memoryStore(), now: () => now, warn: (text) => told.push(text) });
  let key = 0;
  const pending = async (args: ReturnType<typeof payment>) => {
    const approval = await gate.ask({ threadId: `t${key}`, key: String(key++), tool: "send_payment", args, requestedBy: "bob" });
    if (approval.status !== "pending") throw new Error(approval.status);
    return approval.request;
  };
  return { gate, policy, told, pending };
}

const payment = (amount: number, recipient = "Acme Corp") => ({ recipient, amount, invoice: "88", iban: "DE02120300000000202051" });

test("the files have no mistake, and no warning", () => {
  expect(lint(read("agent.yaml"), { tools, path: here("agent.yaml") })).toEqual([]);
});

test("their cases hold, and every tool has a rule", () => {
  using policy = policyFile(here("agent.yaml"), { tools });
  const result = testPolicy(policy, read("agent.test.yaml"));
  expect(result.cases.filter(({ passed }) => !passed).map(({ name, message }) => ({ name, message }))).toEqual([]);
  expect(coverage(policy, Object.keys(tools))).toEqual([]);
});

test("a large payment takes two of finance, the CFO, and the amount", async () => {
  const { gate, told, pending } = desk();
  const request = await pending(payment(60_000));
  expect(request.proposal.description).toEqual({
    title: "Pay Acme Corp $60000 for invoice 88",
    facts: [{ label: "Asked by", value: "bob" }],
    links: [{ label: "Invoice", url: "https://billing.example.com/invoices/88" }],
    risk: "high",
  });
  expect(request).toMatchObject({ tier: 1, reason: "over $50,000", args: { iban: "•••" } });
  expect(await codeOf(gate.decide(request, approve(), { by: ann }))).toBe("NOT_CONFIRMED");
  // Four eyes are the company's word: bob asked.
  expect(await codeOf(gate.decide(request, approve({ confirm: 60_000 }), { by: bob }))).toBe("SELF_REVIEW");
  expect(await gate.decide(request, approve({ confirm: 60_000 }), { by: ann })).toMatchObject({ status: "pending" });
  // The same person, by the id that the page knows her under.
  const onThePage = { id: "https://id.example.com 7", aliases: ["ann"], roles: ["cfo"] };
  expect(await gate.decide(request, approve({ confirm: 60_000 }), { by: onThePage })).toMatchObject({ status: "pending" });
  expect(await gate.decide(request, approve({ confirm: "60000" }), { by: cfo })).toMatchObject({ status: "pending" });
  const dee = { id: "dee", roles: ["finance"] };
  expect(await gate.decide(request, approve({ confirm: 60_000 }), { by: dee })).toMatchObject({ status: "approved" });
  await gate.verify();
  expect(told.filter((text) => !text.includes("nobody can answer"))).toEqual([]);
});

test("an edit moves it between the tiers, and never to looser terms", async () => {
  const { gate, pending } = desk();
  const raised = await gate.decide(await pending(payment(4_200)), edit(payment(70_000), { confirm: 70_000 }), { by: ann });
  expect(raised).toMatchObject({ status: "pending", tier: 1, terms: { confirm: "args.amount" }, proposal: { description: { title: "Pay Acme Corp $70000 for invoice 88" } } }); // prettier-ignore
  const lowered = await gate.decide(raised, edit(payment(2_000), { confirm: 2_000 }), { by: ann });
  expect(lowered).toMatchObject({ status: "pending", tier: 1, terms: raised.terms });
  expect(await codeOf(gate.decide(lowered, edit(payment(1, "Mallory Trading"), { confirm: 1 }), { by: ann }))).toBe("POLICY_DENIED");
});

test("the company's guard rails hold in the agent's own policy", async () => {
  const night = desk(Date.UTC(2026, 10, 30, 20));
  const restart = { tool: "restart", namespace: "infra", threadId: "t", agent: "a", args: { service: "api", environment: "production" } };
  const verdict = night.policy.check({ ...restart, now: Date.UTC(2026, 10, 30, 20) });
  expect(verdict).toMatchObject({ type: "ask", tier: 1, terms: { quorum: expect.arrayContaining([{ roles: ["on-call"], count: 1 }, { roles: ["sre"], count: 2 }]) } }); // prettier-ignore
  const day = night.policy.check({ ...restart, now: Date.UTC(2026, 10, 30, 10) });
  expect(day).toMatchObject({ type: "ask", terms: { roles: ["sre"], quorum: 2 } });
});
