// Several ways to ask, and what holds whatever a rule says.
import { describe, expect, it } from "vitest";
import { explain, lint, loadPolicy, type Problem } from "../src/index.ts";
import { ruleFile, tools } from "./tools.ts";

const found = (problems: readonly Problem[]) =>
  problems.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);

const payments = `version: 1
constants: { limit: 1000 }
review: { roles: [finance] }
tools:
  send_payment:
    deny: args.amount > 100000
    ask:
      - when: args.amount > 50000
        reason: \${ args.amount } is over 50,000
        review: { quorum: [{ roles: [finance], count: 2 }, { roles: [cfo], count: 1 }] }
      - when: args.amount > constants.limit
        reason: over the limit
      - when: args.currency == "USD"
`;

describe("tiers", () => {
  const policy = loadPolicy(payments);
  const pay = (amount: unknown, currency = "EUR") => policy.check({ tool: "send_payment", args: { amount, currency } });

  it("the first that holds asks, with its reason and its terms", () => {
    expect(pay(200_000)).toMatchObject({ type: "deny", rule: "send_payment" });
    expect(pay(60_000)).toMatchObject({ type: "ask", tier: 1, reason: "60000 is over 50,000", terms: { roles: ["finance", "cfo"] } });
    expect(pay(2_000)).toMatchObject({ type: "ask", tier: 2, reason: "over the limit", terms: { roles: ["finance"] } });
    expect(pay(2, "USD")).toMatchObject({
      type: "ask",
      tier: 3,
      reason: "The policy asks about send_payment",
      terms: { roles: ["finance"] },
    });
    expect(pay(2)).toEqual({ type: "allow" });
  });

  it("one that can't be evaluated asks", () => {
    const asking = loadPolicy(ruleFile("ask:\n  - when: args.amount > 5\n    reason: much\n  - reason: always"));
    expect(asking.check({ tool: "send_payment", args: { amount: 1 } })).toMatchObject({ tier: 2, reason: "always" });
    expect(asking.check({ tool: "send_payment", args: {} })).toMatchObject({ tier: 1, reason: "much: a condition of the rule could not be evaluated" }); // prettier-ignore
  });

  it("are explained, with the one that decided", () => {
    const { decidedBy, conditions } = explain(policy, { tool: "send_payment", args: { amount: 2_000 } });
    expect(decidedBy).toMatchObject({ kind: "ask", tier: 2, condition: "args.amount > constants.limit", line: 11, column: 15 });
    expect(conditions.map(({ kind, tier, holds }) => [kind, tier, holds])).toEqual([["deny", undefined, false], ["ask", 1, false], ["ask", 2, true]]); // prettier-ignore
  });

  it("that count what ran before make the rule count it", () => {
    const counting = loadPolicy(ruleFile("ask:\n  - when: history.count() > 1"));
    const call = { tool: "send_payment", args: {} };
    expect(counting.check({ ...call, history: [call] })).toEqual({ type: "allow" });
    expect(counting.check({ ...call, history: [call, call] })).toMatchObject({ type: "ask", tier: 1 });
  });

  it.each([
    [
      "- when: args.amount > 1000\n- when: args.amount > 50000",
      "error 6:15 This is never reached: tier 1 asks about all of it. Put this one before it: the first that holds asks.",
    ],
    [
      "- when: args.amount > 1000\n- when: args.amount > 50000 && args.urgent",
      "error 6:15 This is never reached: tier 1 asks about all of it. Put this one before it: the first that holds asks.",
    ],
    [
      "- when: args.a || args.b\n- when: args.b",
      "error 6:15 This is never reached: tier 1 asks about all of it. Put this one before it: the first that holds asks.",
    ],
    ["- when: args.a > 1\n- when: args.a > 1", "error 6:15 This is never reached: tier 1 asks about all of it. Keep one of them."],
    ["- reason: always\n- when: args.amount > 1", "error 6:15 This is never reached: tier 1 always asks. Put this one before it."],
    [
      "- when: args.a > 1\n- reason: always\n- reason: again",
      "error 7:9 This is never reached: tier 2 always asks. Put this one before it.",
    ],
    [
      "- when: args.amount > 500000\n- when: args.amount > 5",
      "error 5:15 This is never reached: `deny` denies all that it would ask about.",
    ],
    [
      "- when: args.amount > 50\n- when: args.amount > 5\n  review: { quorum: 2 }",
      "warning 5:9 This tier holds for less than tier 2, and asks for fewer signatures: 1 instead of 2.",
    ],
    ["- when: args.amuont > 50", "error 5:19 There is no field amuont. Did you mean amount?"],
    ["- when: 'true'", "error 5:16 This is always true. Leave `when` out."],
    ["- when: args.amount > 1 && false", "error 5:15 This is never true. Leave this entry out."],
    ["- when: false", "error 5:15 This entry never matters. Leave this entry out, or write a condition."],
    ["- when: yes", "error 5:15 Write `when: true`, or a condition."],
    ["- if: args.a > 1", "error 5:9 There is no setting if here. There are when, reason, review."],
    [
      "- args.a > 1",
      "error 5:9 Write one condition: `ask: args.a > 1 && args.b > 1`, with `&&` for and, `||` for or. For several ways to ask, write a list of `- when: …`.",
    ],
    ["- 3", "error 5:9 A tier is a map. Write `- when: args.amount > 1000`, and its `reason` and `review` below."],
    ["- when: args.a > 1\n  roles: [cfo]", "error 6:9 Write roles under review."],
    ['- reason: "over ${ args.amuont }"', "error 5:30 There is no field amuont. Did you mean amount?"],
    [
      "- when: args.amount > 1\n  review: { remind: [5d] }",
      "error 6:28 This reminder comes after the request has expired. Write a shorter time, or a longer `expiresIn`.",
    ],
  ])("%s", (list, message) => {
    const given = /amuont|amount > 50\b/.test(list) ? { tools } : {};
    const deny = list.includes("500000") ? "deny: args.amount > 100000\n" : "";
    const text = ruleFile(`${deny}ask:\n${list.replaceAll(/^/gm, "  ")}`);
    expect(found(lint(text, given)).map((line) => (deny ? line.replace("6:", "5:") : line))).toEqual([message]);
  });

  it("in their order are right", () => {
    expect(lint(payments, { tools })).toEqual([]);
  });
});

const rails = `version: 1
constants: { team: [alice] }
review: { roles: [finance] }
always:
  - tools: ["delete_*"]
    when: has(args.id) && args.id == "root"
    deny: true
    reason: \${ args.id } is never deleted
  - when: requestedBy == null || !(requestedBy.id in constants.team)
    ask: true
    reason: asked by somebody else
    review: { roles: [security] }
tools:
  delete_user: allow
  send_payment: { ask: args.amount > 1000 }
  read_report: allow
`;

describe("guard rails", () => {
  const policy = loadPolicy(rails);
  const alice = { id: "alice" };

  it("hold whatever a rule says", () => {
    expect(policy.check({ tool: "delete_user", args: { id: "root" }, requestedBy: alice })).toEqual({ type: "deny", rule: "always[0]", reason: "root is never deleted" }); // prettier-ignore
    expect(policy.check({ tool: "delete_user", args: { id: "x" }, requestedBy: alice })).toEqual({ type: "allow" });
    expect(policy.check({ tool: "read_report", args: {} })).toMatchObject({
      type: "ask",
      rule: "always[1]",
      terms: { roles: ["security"] },
    });
    expect(policy.check({ tool: "send_payment", args: { amount: 2_000 } })).toMatchObject({
      ...{ type: "ask", rule: "send_payment", reason: "The policy asks about send_payment; asked by somebody else" },
      terms: { quorum: [{ roles: ["security"] }, { roles: ["finance"] }] },
    });
  });

  it("are explained, with their place", () => {
    expect(explain(policy, { tool: "delete_user", args: { id: "root" } })).toMatchObject({
      rule: "always[0]",
      decidedBy: { kind: "deny", rail: "always[0]", line: 6, column: 11, values: { "args.id": "root" } },
    });
  });

  it("that count what ran before say so", () => {
    const counting = loadPolicy(
      `version: 1\nalways: [{ when: 'history.count("*") > 1', ask: true, review: { roles: [a] } }]\ntools: { t: allow }\n`,
    );
    const call = { tool: "t", args: {} };
    expect(counting.check({ ...call, history: [call] })).toEqual({ type: "allow" });
    expect(counting.check({ ...call, history: [call, call] })).toMatchObject({ rule: "always[0]" });
    expect(counting.check(call)).toMatchObject({ type: "ask", rule: "always[0]" });
  });

  const rail = (text: string, rules = "  send_payment: { ask: args.amount > 1000 }\n  delete_user: allow") =>
    found(lint(`version: 1\nreview: { roles: [finance] }\nalways:\n${text.replaceAll(/^/gm, "  ")}\ntools:\n${rules}\n`, { tools }));

  it.each([
    ["- deny: true\n  tools: [send_paymnet]", "error 5:13 There is no tool send_paymnet. Did you mean send_payment?"],
    ["- deny: true\n  tools: send_payment", "error 5:12 Write `tools: [send_payment]`."],
    ["- deny: args.amount > 1", "error 4:11 Write `deny: true`, and the condition under `when`."],
    ["- ask: yes", "error 4:10 Write `ask: true`, or leave it out."],
    ["- when: args.amount > 1", "error 4:5 Say what it does: `deny: true` or `ask: true`."],
    ["- deny: true\n  ask: true", "error 5:10 Write `deny: true` or `ask: true`: nobody is asked about a call that is denied."],
    [
      "- deny: true\n  review: { roles: [a] }",
      "error 5:13 `review` needs `ask: true` beside it: nobody is asked about a call that is denied.",
    ],
    ["- allow: true", "error 4:5 A guard rail only tightens: it can't allow. Write `allow` as a rule under `tools`."],
    ["- tools: [send_payment]\n  when: args.amuont > 1\n  deny: true", "error 5:15 There is no field amuont. Did you mean amount?"],
    [
      "- when: args.amount > 1\n  deny: true",
      "warning 4:15 args.amount may be missing, and then the condition holds. Write `has(args.amount) && …`.",
    ],
    ["- when: false\n  deny: true", "error 4:11 This entry never matters. Leave this entry out, or write a condition."],
    ["- tools: [send_payment]\n  when: args.amount > 1 && false\n  deny: true", "error 5:11 This is never true. Leave this entry out."],
    [
      "- send_payment",
      "error 4:5 A guard rail is a map. Write `- tools: [send_payment]`, and below it `when: …` and `deny: true` or `ask: true`.",
    ],
    [
      "- tools: [send_payment]\n  when: args.amount > 500\n  deny: true",
      "warning 8:24 This is never asked: the guard rail always[0] (line 4) denies all of it.",
    ],
    [
      "- tools: ['delete_*']\n  deny: true",
      "warning 8:3 This rule never matters: the guard rail always[0] (line 4) denies all of its calls.",
    ],
    ["- tools: ['delete_*']\n  ask: true", "warning 8:3 This never allows: the guard rail always[0] (line 4) asks about all of its calls."],
    [
      "- tools: ['send_*']\n  when: args.amount > 5000\n  deny: true\n- tools: [send_payment]\n  when: args.amount > 9000\n  deny: true",
      "error 7:5 This guard rail never matters: always[0] denies all of it.",
    ],
  ])("%s", (text, message) => {
    const problems = rail(text);
    expect(problems.length === 1 ? problems[0] : problems.find((line) => line.startsWith(message.slice(0, 5)))).toBe(message);
  });

  it("a list of them is what it is", () => {
    expect(found(lint("version: 1\nalways: { deny: true }\n"))).toEqual([
      "error 2:9 `always` is a list of guard rails. Write `- tools: [send_payment]`, and below it `when: …` and `deny: true` or `ask: true`.",
    ]);
  });

  it("a mistake in one hides none in another, nor in a rule", () => {
    const text =
      "version: 1\nconstants: { a: 1 }\nreview: { roles: [a] }\nalways: [{ deny: maybe }, { deny: true, when: arg.x }]\ntools: { t: { ask: args.x > constants.b } }\n";
    expect(lint(text).filter(({ severity }) => severity === "error").map(({ path }) => path)).toEqual(["always.0.deny", "always.1.when", "tools.t.ask"]); // prettier-ignore
  });
});
