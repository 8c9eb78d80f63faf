import { createGate, definePolicy, isCountersignError } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { coverage, explain, loadPolicy, shadow, testPolicy, type ShadowReport } from "../src/index.ts";

const text = `version: 1
constants: { limit: 1000 }
tools:
  send_payment:
    deny: args.amount > 100000
    ask: { when: "args.amount > constants.limit || args.items.exists(i, i.price > 500)", reason: it is much }
  "delete_*": ask
  read_report: allow
  "billing/*":
    ask: history.sum("args.cents") + args.cents > 100
`;
const policy = loadPolicy(text);
const pay = (args: object) => ({ tool: "send_payment", args: { items: [], ...args } });

describe("explain", () => {
  it("says which condition decided, with the values that it saw", () => {
    const { verdict, rule, decidedBy, conditions, policyHash } = explain(policy, pay({ amount: 4_200 }));
    expect({ type: verdict.type, rule, policyHash }).toEqual({ type: "ask", rule: "send_payment", policyHash: policy.hash });
    expect(decidedBy).toEqual({
      kind: "ask",
      condition: "args.amount > constants.limit || args.items.exists(i, i.price > 500)",
      line: 6,
      column: 19,
      holds: true,
      error: undefined,
      values: { "args.amount": 4_200, "constants.limit": 1_000, "args.items": [] },
    });
    expect(conditions.map(({ kind, holds }) => [kind, holds])).toEqual([["deny", false], ["ask", true]]); // prettier-ignore
  });

  it("says why a condition could not be evaluated", () => {
    expect(explain(policy, { tool: "send_payment", args: {} }).decidedBy).toMatchObject({
      kind: "deny",
      holds: true,
      error: "field not found: amount",
      values: {},
    });
    expect(explain(policy, pay({ amount: "4200" })).decidedBy?.error).toMatch(/no matching overload/);
    const unknown = explain(policy, { namespace: "billing", tool: "refund", args: { cents: 1 } });
    expect(unknown).toMatchObject({
      rule: "billing/*",
      decidedBy: {
        error: "the history of this thread is not known here: a rule that counts it needs history: true",
        values: { "args.cents": 1 },
      },
    });
  });

  it("counts the history that it is given", () => {
    const refund = { namespace: "billing", tool: "refund", args: { cents: 60 } };
    const { verdict, conditions } = explain(policy, { ...refund, history: [refund, { tool: "refund", args: { cents: 60 } }] });
    expect(verdict.type).toBe("ask");
    expect(conditions[0]?.values).toEqual({ 'history.sum("args.cents")': 60, "args.cents": 60 });
  });

  it("names the rule where none of its conditions held, a word or the default", () => {
    expect(explain(policy, pay({ amount: 1 }))).toMatchObject({ verdict: { type: "allow" }, rule: "send_payment", decidedBy: undefined });
    expect(explain(policy, { tool: "delete_user", args: {} })).toMatchObject({ rule: "delete_*", decidedBy: undefined, conditions: [] });
    expect(explain(policy, { tool: "read_report", args: {} })).toMatchObject({ verdict: { type: "allow" }, rule: "read_report" });
    expect(explain(policy, { tool: "other", args: {} })).toMatchObject({ verdict: { type: "ask" }, rule: "default" });
    expect(explain(policy, { namespace: "elsewhere", tool: "read_report", args: {} })).toMatchObject({
      verdict: { type: "ask" },
      rule: "default",
    });
  });

  it("takes policies of definePolicy, and nothing else", () => {
    const code = definePolicy({ tools: { a: { ask: () => "because" } } });
    expect(explain(code, { tool: "a", args: {} })).toMatchObject({ verdict: { reason: "because" }, rule: "a", conditions: [] });
    expect(() => explain({} as never, { tool: "a", args: {} })).toThrow(/definePolicy/);
  });
});

describe("coverage", () => {
  it("finds the tools that no rule names", () => {
    const names = [
      "send_payment",
      "delete_user",
      "read_report",
      "billing/refund",
      "crm/read_report",
      "crm/export",
      "export_ledger",
      "__proto__",
    ];
    expect(coverage(policy, names)).toEqual(["crm/export", "export_ledger", "__proto__"]);
    expect(coverage(loadPolicy("version: 1"), ["a"])).toEqual(["a"]);
  });
});

describe("testPolicy", () => {
  it("runs cases that stand in YAML", () => {
    const { passed, cases } = testPolicy(
      policy,
      `
- name: large payments
  call: { tool: send_payment, args: { amount: 4200, items: [] } }
  expect: ask
  rule: send_payment
  reason: it is much
- call: { tool: read_report, args: {}, requestedBy: { id: bob }, agent: desk, threadId: t }
  context: { region: EU }
  expect: allow
  rule: read_report
- call: { namespace: billing, tool: refund, args: { cents: 50 } }
  history: [{ namespace: billing, tool: refund, args: { cents: 51 } }]
  expect: ask
`,
    );
    expect(cases.map(({ name, line, message }) => ({ name, line, message }))).toEqual([
      { name: "large payments", line: 2, message: undefined },
      { name: "2. read_report", line: 7, message: undefined },
      { name: "3. refund", line: 11, message: undefined },
    ]);
    expect(passed).toBe(true);
  });

  it("has the time, the tier and the title of a case", () => {
    const tiered = loadPolicy(`version: 1
review: { roles: [finance] }
tools:
  pay:
    ask:
      - when: now.getHours("Europe/Berlin") >= 18
      - when: args.amount > 50
    describe: { title: "Pay \${ args.amount }" }
`);
    const cases = (more: string) => testPolicy(tiered, `- call: { tool: pay, args: { amount: 60 } }\n  expect: ask\n  ${more}\n`).cases[0]; // prettier-ignore
    expect(cases('now: "2026-07-01T17:59:00+02:00"\n  tier: 2\n  title: Pay 60')?.message).toBeUndefined();
    expect(cases("now: 2026-07-01T16:00:00Z\n  tier: 1")?.message).toBeUndefined();
    expect(cases("now: 2026-07-01T15:59:59Z\n  tier: 1\n  title: Pay 6")?.message).toBe(
      'expected tier 1, got 2; expected title "Pay 6", got "Pay 60"',
    );
    for (const wrong of ["2026-07-01", "noon", "2026-13-01T00:00:00Z", "2026-07-01T16:00:00"])
      expect(() => cases(`now: "${wrong}"`)).toThrow('Case 1: Write a time such as "2027-01-31T08:00:00Z"');
  });

  it("says what differs, and why", () => {
    const { passed, cases } = testPolicy(
      policy,
      `[{ call: { tool: send_payment, args: { amount: 4200, items: [] } }, expect: allow, rule: payments, reason: none }, { call: { tool: x, args: {} }, expect: ask }]`,
    );
    expect(passed).toBe(false);
    expect(cases.map((one) => one.passed)).toEqual([false, true]);
    expect(cases[0]?.message).toBe(
      'expected allow, got ask (it is much); expected rule payments, got send_payment; expected reason "none", got "it is much"',
    );
    expect(cases[0]?.explanation.decidedBy?.values).toMatchObject({ "args.amount": 4_200 });
  });

  it.each([
    ["[]", 1, 1],
    ["cases: []", 1, 1],
    ["- call: { tool: a }\n  expect: ask\n", 1, 9],
    ["- call: { tool: a, args: {} }\n  expect: maybe\n", 2, 11],
    ["- call: { tool: a, args: {} }\n  expected: ask\n", 2, 3],
    ["- [", 1, 4],
  ])("refuses %j with its place", (cases, line, column) => {
    try {
      testPolicy(policy, cases, "cases.yaml");
      expect.unreachable();
    } catch (error) {
      expect(isCountersignError(error, "POLICY_INVALID") && error.details).toMatchObject({ line, column });
      expect((error as Error).message).toContain(`cases.yaml:${line}:${column}`);
    }
  });
});

describe("shadow", () => {
  const current = loadPolicy("version: 1\ntools: { pay: { ask: args.amount > 1000 }, drop: deny, read: allow }");
  const next = loadPolicy("version: 1\ntools: { pay: { ask: args.amount > 10 }, drop: allow, read: deny }");
  const reports: ShadowReport[] = [];
  const report = (one: ShadowReport) => void reports.push(one);
  const of = (tried: typeof current, tool: string, amount = 50) => tried.check({ tool, args: { amount } }).type;

  it("enforces the current policy and reports the new one", () => {
    reports.length = 0;
    const tried = shadow(current, next, { report });
    expect([of(tried, "pay"), of(tried, "pay", 5_000), of(tried, "drop"), of(tried, "read")]).toEqual(["allow", "ask", "deny", "allow"]);
    expect(reports.map(({ enforced, tried: other, differs }) => [enforced.type, other.type, differs])).toEqual([
      ["allow", "ask", true],
      ["ask", "ask", false],
      ["deny", "allow", true],
      ["allow", "deny", true],
    ]);
    expect(reports[0]).toMatchObject({ enforcedBy: current.hash, triedBy: next.hash, call: { tool: "pay" } });
    expect(tried.hash).toBe(current.hash);
  });

  it("enforces nothing beside a policy that allows everything", () => {
    const tried = shadow(definePolicy({ default: "allow" }), next, { report });
    expect([of(tried, "pay"), of(tried, "read"), of(tried, "other")]).toEqual(["allow", "allow", "allow"]);
  });

  it("enforces the new policy for all tools but those that are tried", () => {
    reports.length = 0;
    const tried = shadow(current, next, { report, tools: ["pay", "dr*"] });
    expect([of(tried, "pay"), of(tried, "drop"), of(tried, "read"), of(tried, "other")]).toEqual(["allow", "deny", "deny", "ask"]);
    expect(reports.map(({ call }) => call.tool)).toEqual(["pay", "drop"]);
    expect(tried.hash).not.toBe(current.hash);
  });

  it("records the hash of the policy that counted", async () => {
    const tried = shadow(current, next, { report, tools: ["pay"] });
    const gate = createGate({ policy: tried, store: memoryStore(), warn: () => {} });
    const ask = (tool: string) => gate.ask({ threadId: "t", key: tool, tool, args: { amount: 5_000 } });
    const hashes = (await Promise.all([ask("pay"), ask("other")])).map((asked) => asked.status === "pending" && asked.request.policyHash);
    expect(hashes).toEqual([current.hash, next.hash]);
  });

  it.each([
    [{ report, tool: ["pay"] }, "shadow has no option tool. Did you mean tools?"],
    [{ report, tools: "pay" }, 'shadow got "pay" in the place of tools.'],
    [{}, "shadow got undefined in the place of report."],
    [undefined, "shadow got undefined in the place of its options."],
  ])("refuses %j", (options, message) => {
    expect(() => shadow(current, next, options as never)).toThrow(message);
  });

  it("doesn't depend on the report", async () => {
    const throws = shadow(current, next, { report: () => { throw new Error("x"); } }); // prettier-ignore
    const rejects = shadow(current, next, { report: () => Promise.reject(new Error("x")) as unknown as void }); // prettier-ignore
    expect([of(throws, "pay"), of(rejects, "pay")]).toEqual(["allow", "allow"]);
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
