import { describe, expect, it } from "vitest";
import { z } from "zod";
import { definePolicy, fromJsonSchema, isCountersignError, type ApprovalRequest, type JsonObject, type PastCall } from "../src/index.ts";

const verdict = (rule: unknown, args: JsonObject = {}) => definePolicy({ tools: { t: rule as "ask" } }).check({ tool: "t", args });

describe("a rule", () => {
  it("denies before it asks before it allows", () => {
    const rule = { deny: ({ args }: { args: { n: number } }) => args.n > 10, ask: ({ args }: { args: { n: number } }) => args.n > 5 };
    expect([11, 6, 5].map((n) => verdict(rule, { n }).type)).toEqual(["deny", "ask", "allow"]);
    expect(["allow", "ask", "deny"].map((word) => verdict(word).type)).toEqual(["allow", "ask", "deny"]);
  });

  it.each<[string, () => unknown]>([
    ["throws", () => { throw new Error("x"); }], // prettier-ignore
    ["answers with a promise", async () => false],
    ["answers with a failing promise", async () => { throw new Error("x"); }], // prettier-ignore
    ["answers undefined", () => undefined],
    ["answers 0", () => 0],
    ["answers null", () => null],
  ])("holds when its condition %s", (_, condition) => {
    expect(verdict({ ask: condition }).type).toBe("ask");
    expect(verdict({ deny: condition }).type).toBe("deny");
  });

  it("holds when the schema can't answer now or throws", () => {
    const async = z.object({}).refine(async () => true);
    expect(verdict({ args: async, ask: () => false }).type).toBe("ask");
    const broken = { "~standard": { version: 1, vendor: "x", validate: () => { throw new Error("x"); } } }; // prettier-ignore
    expect(verdict({ args: broken, ask: () => false }).type).toBe("ask");
  });

  it("gives the condition's own words as the reason", () => {
    expect(verdict({ ask: () => "over $1,000" })).toMatchObject({
      type: "ask",
      rule: "t",
      reason: "over $1,000",
      terms: { expiresIn: "72h" },
    });
  });

  it("sends arguments that don't parse back to the model, and shows conditions parsed ones", () => {
    const args = z.object({ n: z.coerce.number().default(7) });
    const seen: unknown[] = [];
    const rule = { args, ask: (call: { args: unknown }) => (seen.push(call.args), false) };
    expect(verdict(rule, {}).type).toBe("allow");
    expect(seen).toEqual([{ n: 7 }]);
    expect(verdict(rule, { n: "many" })).toMatchObject({ type: "invalid", issues: [{ path: ["n"] }] });
  });
});

describe("names", () => {
  const policy = definePolicy({
    default: "deny",
    tools: {
      "*": "ask",
      "delete_*": "deny",
      delete_draft: "allow",
      "billing/*": "allow",
      "billing/refund": "ask",
      read: "allow",
      danger: "deny",
    },
  });
  const of = (tool: string, namespace?: string) => policy.check({ tool, namespace, args: {} }).type;

  it("lets the most specific one win, whatever the order", () => {
    expect(of("anything")).toBe("ask");
    expect(of("delete_user")).toBe("deny");
    expect(of("delete_draft")).toBe("allow");
    expect(of("list", "billing")).toBe("allow");
    expect(of("refund", "billing")).toBe("ask");
    expect(of("delete_user", "billing")).toBe("allow");
  });

  it("allows a tool in a namespace only by a name with a namespace", () => {
    expect(of("read")).toBe("allow");
    expect(definePolicy({ tools: { read: "allow" } }).check({ tool: "read", namespace: "evil", args: {} }).type).toBe("ask");
    expect(of("danger", "evil")).toBe("deny");
  });

  it("takes the stricter of two equally specific ones", () => {
    const tie = definePolicy({ tools: { "ab*": "allow", "*yz": "deny" } });
    expect(tie.check({ tool: "abxyz", args: {} }).type).toBe("deny");
  });

  it("knows no inherited names", () => {
    const plain = definePolicy({ tools: { x: "allow" } });
    for (const tool of ["__proto__", "constructor", "toString"]) expect(plain.check({ tool, args: {} }).type).toBe("ask");
  });

  it("asks about what no rule names, unless told otherwise", () => {
    expect(definePolicy({}).check({ tool: "x", args: {} })).toMatchObject({ type: "ask", rule: "default" });
    expect(definePolicy({ default: "allow" }).check({ tool: "x", args: {} }).type).toBe("allow");
    expect(definePolicy({ default: "deny" }).check({ tool: "x", args: {} }).type).toBe("deny");
  });
});

describe("loading", () => {
  it.each<[string, unknown, string]>([
    ["an empty rule", { tools: { a: {} } }, "tools.a"],
    ["terms without ask", { tools: { a: { deny: true, review: {} } } }, "tools.a.review"],
    ["a misspelt key", { tools: { a: { aks: true } } }, "tools.a"],
    ["a misspelt key at the top", { tool: {} }, "policy"],
    ["an unknown word", { tools: { a: "maybe" } }, "tools.a"],
    ["ask: false", { tools: { a: { ask: false } } }, "tools.a.ask"],
    ["quorum 0", { review: { quorum: 0 } }, "review.quorum"],
    ["a quorum of half a person", { tools: { a: { ask: true, review: { quorum: 1.5 } } } }, "tools.a.review.quorum"],
    [
      "a quorum larger than the reviewers",
      { tools: { a: { ask: true, review: { reviewers: ["x", "x"], quorum: 2 } } } },
      "tools.a.review.quorum",
    ],
    [
      "such a quorum by inheritance",
      { review: { quorum: 2 }, tools: { a: { ask: true, review: { reviewers: ["x"] } } } },
      "tools.a.review.quorum",
    ],
    ["nobody's roles", { review: { roles: [] } }, "review.roles"],
    ["no decision at all", { review: { decisions: [] } }, "review.decisions"],
    ["a decision that does not exist", { review: { decisions: ["approve", "respond"] } }, "review.decisions.1"],
    ["no duration", { review: { expiresIn: "2 days" } }, "review.expiresIn"],
    ["a negative duration", { review: { executeWithin: -1 } }, "review.executeWithin"],
    ["no schema", { tools: { a: { args: {}, ask: true } } }, "tools.a.args"],
    ["a mask of all arguments", { tools: { a: { ask: true, redact: ["args"] } } }, "tools.a.redact.0"],
    ["a mask of something else", { tools: { a: { ask: true, redact: ["args.iban", "context.iban"] } } }, "tools.a.redact.1"],
    ["no mask at all", { tools: { a: { ask: true, redact: [] } } }, "tools.a.redact"],
  ])("refuses %s and says where", (_, policy, path) => {
    try {
      definePolicy(policy as object);
      expect.unreachable();
    } catch (error) {
      expect(isCountersignError(error, "POLICY_INVALID") && error.details.path).toBe(path);
    }
  });

  it("has one hash for one policy and another for another", () => {
    const make = (limit: number) => definePolicy({ tools: { a: { args: z.object({ n: z.number().max(limit) }), ask: true } } }).hash;
    expect(make(1)).toBe(make(1));
    expect(make(1)).not.toBe(make(2));
    expect(definePolicy({ review: { quorum: 2 } }).hash).not.toBe(definePolicy({}).hash);
  });

  it("lets nobody override a ban on remembering", () => {
    const policy = definePolicy({ remember: "never", tools: { a: { ask: true, review: { remember: ["tool"] } } } });
    expect(policy.check({ tool: "a", args: {} })).toMatchObject({ terms: { remember: "never" } });
  });
});

describe("context", () => {
  const policy = definePolicy({
    context: z.object({ trusted: z.boolean() }),
    tools: { t: { ask: ({ context }) => !context.trusted } },
  });
  it("is parsed, and a condition without its context holds", () => {
    expect(policy.check({ tool: "t", args: {}, context: { trusted: true } }).type).toBe("allow");
    expect(policy.check({ tool: "t", args: {}, context: {} as never }).type).toBe("ask");
  });
});

describe("match", () => {
  const policy = definePolicy({ tools: { pay: { args: z.object({ n: z.number(), on: z.coerce.date() }), ask: true }, "x/pay": "ask" } });
  const request = (over: object) =>
    ({ tool: "pay", namespace: undefined, proposal: { args: { n: 1, on: "2026-01-01" } }, ...over }) as unknown as ApprovalRequest;
  it("parses what would run, for that tool only", () => {
    expect(policy.match(request({}), "pay")).toEqual({ n: 1, on: new Date("2026-01-01") });
    expect(policy.match(request({ tool: "other" }), "pay")).toBeUndefined();
    expect(policy.match(request({ namespace: "x" }), "pay")).toBeUndefined();
    expect(policy.match(request({ proposal: { args: {} } }), "pay")).toBeUndefined();
  });
});

describe("fromJsonSchema", () => {
  it("validates without the schema's library", () => {
    const schema = fromJsonSchema<{ iban: string }>({ type: "object", properties: { iban: { type: "string" } }, required: ["iban"] });
    expect(
      verdict({ args: schema, ask: ({ args }: { args: { iban: string } }) => !args.iban.startsWith("DE") }, { iban: "DE1" }).type,
    ).toBe("allow");
    expect(verdict({ args: schema, ask: true }, {}).type).toBe("invalid");
  });
});

describe("history", () => {
  const policy = definePolicy({
    tools: {
      pay: {
        history: true,
        ask: ({ history, args }) => history.sum("args.amount") + Number(args["amount"]) > 100 || history.count("*") > 2,
      },
      "billing/refund": { history: true, ask: ({ history }) => history.count() > 0 },
    },
  });
  const pay = (amount: unknown, namespace?: string) => ({ tool: "pay", namespace, args: { amount } });
  const of = (history?: readonly PastCall[]) => policy.check({ ...pay(40), history }).type;

  it("counts and sums what ran before", () => {
    expect([of([]), of([pay(60)]), of([pay(60), pay(1)]), of([pay(1), pay(1), pay(1)])]).toEqual(["allow", "allow", "ask", "ask"]);
    expect(of([pay(1_000, "elsewhere")])).toBe("allow");
    const refund = { tool: "refund", namespace: "billing", args: {} };
    expect(policy.check({ ...refund, history: [pay(1)] }).type).toBe("allow");
    expect(policy.check({ ...refund, history: [refund] }).type).toBe("ask");
  });

  it("holds where it isn't known, and where something can't be summed", () => {
    expect(of(undefined)).toBe("ask");
    expect(of([pay("60")])).toBe("ask");
    expect(of([{ tool: "pay", args: {} }])).toBe("ask");
    expect(of([{ tool: "pay", args: Object.create({ amount: 1 }) as JsonObject }])).toBe("ask");
  });

  it("is part of the hash", () => {
    expect(definePolicy({ tools: { a: { history: true, ask: true } } }).hash).not.toBe(definePolicy({ tools: { a: { ask: true } } }).hash);
  });
});
