import { definePolicy, type Policy } from "@countersign/core";
import { expect, test } from "vitest";

const rule = (given: object): object => ({ tools: { pay: given } });
const DURATION = 'Expected a duration: milliseconds above 0, or text such as "90s", "15m", "48h" or "3d"; 36500d at most.';

test.each<[string, unknown, string]>([
  ["a misspelt setting", { defalt: "ask" }, "policy. There is no setting defalt. Did you mean default?"],
  [
    "a setting that is none",
    { rules: {} },
    "policy. There is no setting rules. There are context, default, review, remember, always, include, tools.",
  ],
  ["a misspelt setting of a rule", rule({ ask: true, redat: [] }), "tools.pay. There is no setting redat. Did you mean redact?"],
  ["a misspelt setting of a review", rule({ ask: true, review: { rols: [] } }), "tools.pay.review. There is no setting rols. Did you mean roles?"], // prettier-ignore
  ["a misspelt setting of all reviews", { review: { quorm: 2 } }, "review. There is no setting quorm. Did you mean quorum?"],
  ["a misspelt setting of an escalation", { review: { escalate: { after: "1h", roles: ["cfo"], role: 1 } } }, "review.escalate. There is no setting role. Did you mean roles?"], // prettier-ignore
  ["a condition under allow", rule({ allow: () => true }), "tools.pay. There is no setting allow. A rule allows what neither deny nor ask holds for: write the opposite condition under ask."], // prettier-ignore
  ["a misspelt word", { tools: { pay: "alow" } }, 'tools.pay. Expected "allow", "ask" or "deny", got "alow".'],
  [
    "ask without a condition",
    rule({ ask: "yes" }),
    "tools.pay.ask. Write true, a function of the call, or a list of tiers: [{ when, reason, review }].",
  ],
  ["an empty rule", rule({}), 'tools.pay. This rule has neither ask nor deny, so it would allow every call: add one, or write "allow" in place of the rule.'], // prettier-ignore
  ["a review of what is never asked", rule({ deny: true, review: { roles: ["cfo"] } }), "tools.pay.review. This rule never asks, so nobody reviews its calls: add ask, or take review out."], // prettier-ignore
  ["one role that is no list", rule({ ask: true, review: { roles: "finance" } }), 'tools.pay.review.roles. Expected a list, got "finance". Write ["finance"].'], // prettier-ignore
  ["no roles", { review: { roles: [] } }, "review.roles. Empty."],
  ["a quorum in words", { review: { quorum: "two" } }, 'review.quorum. Expected a number, got "two".'],
  ["a quorum of nobody", { review: { quorum: 0 } }, "review.quorum. Expected at least 1, got 0."],
  ["too few reviewers", { review: { reviewers: ["a"], quorum: 2 } }, "review.quorum. More signatures than there are reviewers: name more of them, or lower the quorum."], // prettier-ignore
  ["no duration", { review: { expiresIn: "2 days" } }, `review.expiresIn. ${DURATION}`],
  ["a duration without an end", { review: { expiresIn: Number.MAX_SAFE_INTEGER } }, `review.expiresIn. ${DURATION}`],
  ["a reminder in a thousand years", { review: { remind: ["365000d"] } }, `review.remind.0. ${DURATION}`],
  ["a role that no index holds", { review: { roles: ["r".repeat(513)] } }, "review.roles.0. Longer than 512 bytes."],
  ["a late reminder", { review: { expiresIn: "1h", remind: ["2h"] } }, "review.remind.0. It comes when the request has expired already: make it shorter than expiresIn."], // prettier-ignore
  ["no schema", rule({ args: {}, ask: true }), "tools.pay.args. Expected a schema of zod, valibot or arktype, or fromJsonSchema(…)."],
  ["no path", rule({ ask: true, redact: ["iban"] }), "tools.pay.redact.0. Not a path such as args.iban."],
  ["a name with a space", { tools: { "send money": "ask" } }, "tools.send money. A tool's name has at least one character, and no spaces."],
  ["a list of tools", { tools: ["pay"] }, 'tools. Expected a plain object: tools: { pay: "ask" }.'],
  ["a map of tools", { tools: new Map([["pay", "deny"]]) }, 'tools. Expected a plain object: tools: { pay: "ask" }.'],
  ["tools of a class", { tools: Object.create({ pay: "deny" }) as object }, 'tools. Expected a plain object: tools: { pay: "ask" }.'],
])("a policy with a mistake says what to write: %s", (_, policy, message) => {
  expect(() => definePolicy(policy as object)).toThrow(`The policy is invalid at ${message}`);
});

const check = (policy: Policy, tool = "payout") => policy.check({ tool, args: {} });
const throwing = (): never => {
  throw new Error("no such account");
};

test.each<[string, Policy, string]>([
  ["denied by a word", definePolicy({ tools: { payout: "deny" } }), "The policy does not allow payout"],
  ["denied by the default", definePolicy({ default: "deny" }), "The policy does not allow payout"],
  ["denied by a wildcard", definePolicy({ tools: { "pay*": "deny" } }), "The policy does not allow payout"],
  ["denied with a reason", definePolicy({ tools: { payout: { deny: () => "only on Fridays" } } }), "only on Fridays"],
  ["denied by a broken condition", definePolicy({ tools: { payout: { deny: throwing } } }), "The policy does not allow payout: a condition of the rule could not be evaluated"], // prettier-ignore
  ["asked by a word", definePolicy({ tools: { payout: "ask" } }), "The policy asks about payout"],
  ["asked with a reason", definePolicy({ tools: { payout: { ask: () => "over $1,000" } } }), "over $1,000"],
])("why a call is %s", (_, policy, reason) => {
  expect(check(policy)).toMatchObject({ reason });
});
