import { describe, expect, it } from "vitest";
import { z } from "zod";
import { definePolicy, isCountersignError, MASK, type JsonObject, type ReviewTerms } from "../src/index.ts";
import { policyInternals } from "../src/policy.ts";

const Pay = z.object({ amount: z.number(), to: z.string(), memo: z.string().optional(), iban: z.string().default("none") });
const FINANCE: ReviewTerms = { roles: ["finance"] };
const BOARD = [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }];

const payments = definePolicy({
  review: { expiresIn: "24h" },
  tools: {
    pay: {
      args: Pay,
      deny: ({ args }) => args.amount > 100_000 && "over $100,000",
      ask: [
        { when: ({ args }) => args.amount > 50_000, reason: "over $50,000", review: { quorum: BOARD } },
        { when: ({ args }) => args.amount > 1_000 && `over $1,000: ${args.amount}`, reason: "never said", review: FINANCE },
      ],
      review: { fourEyes: true },
    },
  },
});
const pay = (amount: number) => payments.check({ tool: "pay", args: { amount, to: "Acme" } });
const problemOf = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (isCountersignError(error, "POLICY_INVALID")) return error.message;
    throw error;
  }
  throw new Error("it is valid");
};
const judge = (policy: object, tool: string, args: JsonObject = {}) =>
  policyInternals(policy as never)?.judge({ tool, args, threadId: "t", agent: "a", now: Date.UTC(2026, 10, 29, 12) });

describe("tiers", () => {
  it("ask as the first says that holds", () => {
    expect([1_000, 1_001, 50_001, 100_001].map((amount) => pay(amount).type)).toEqual(["allow", "ask", "ask", "deny"]);
    expect(pay(1_001)).toEqual({
      ...{ type: "ask", rule: "pay", tier: 2, reason: "over $1,000: 1001" },
      terms: { expiresIn: "24h", fourEyes: true, roles: ["finance"] },
    });
    expect(pay(50_001)).toMatchObject({
      tier: 1,
      reason: "over $50,000",
      terms: { quorum: BOARD, roles: ["finance", "cfo"], fourEyes: true },
    });
  });

  it("cut what a model wrote into a reason", () => {
    const policy = definePolicy({ tools: { pay: { ask: ({ args }) => `to ${String(args["to"])}` } } });
    const verdict = judge(policy, "pay", { to: "x".repeat(100_000) })?.verdict;
    expect(verdict?.type === "ask" && verdict.reason).toHaveLength(1_000);
  });

  it("hold where they can't be evaluated, the strictest first", () => {
    const policy = definePolicy({ tools: { pay: { ask: [{ when: () => { throw new Error("x"); }, review: { roles: ["cfo"] } }, { review: FINANCE }] } } }); // prettier-ignore
    expect(judge(policy, "pay")).toMatchObject({ verdict: { tier: 1, terms: { roles: ["cfo"] } }, faults: [{ rule: "pay", part: "ask" }] });
  });

  it("are named where a mistake stands", () => {
    const ask = [{ when: () => true }, { when: () => true, review: { rols: ["cfo"] } }];
    expect(problemOf(() => definePolicy({ tools: { pay: { ask } as never } }))).toContain("tools.pay.ask.1.review. There is no setting rols. Did you mean roles?"); // prettier-ignore
    expect(problemOf(() => definePolicy({ tools: { pay: { ask: [] } } }))).toContain("tools.pay.ask. Write true, a function of the call, or a list of tiers"); // prettier-ignore
    expect(problemOf(() => definePolicy({ tools: { pay: { ask: [{ wen: true }] } as never } }))).toContain("tools.pay.ask.0. There is no setting wen. Did you mean when?"); // prettier-ignore
  });
});

describe("groups", () => {
  const review = (terms: ReviewTerms) => () => definePolicy({ tools: { pay: { ask: true, review: terms } } });

  it("say who may sign, in the place of roles and names from outside", () => {
    const policy = definePolicy({
      review: { roles: ["support"], reviewers: ["ann"] },
      tools: { pay: { ask: true, review: { quorum: BOARD } } },
    });
    expect(policy.check({ tool: "pay", args: {} })).toMatchObject({
      terms: { roles: ["finance", "cfo"], reviewers: undefined, quorum: BOARD },
    });
  });

  it.each<[string, () => unknown, string]>([
    [
      "with roles beside them",
      review({ roles: ["finance"], quorum: BOARD }),
      "tools.pay.review.quorum. The groups of a quorum say who may sign.",
    ],
    [
      "more people than they name",
      review({ quorum: [{ reviewers: ["ann"] }, { reviewers: ["ann"] }] }),
      "The groups ask for more people than they name.",
    ],
    [
      "names over groups from outside",
      () => definePolicy({ review: { quorum: BOARD }, tools: { pay: { ask: true, review: FINANCE } } }),
      "Say the quorum here as well.",
    ],
    ["a misspelt member", review({ quorum: [{ role: ["finance"] } as never] }), "There is no setting role. Did you mean roles?"],
    ["a batch with a quorum", review({ batch: true, quorum: 2 }), "tools.pay.review.batch. What several people shall look at"],
    [
      "a memory of what is confirmed",
      review({ confirm: "args.amount", remember: ["tool"] }),
      "tools.pay.review.remember. What must be confirmed can't be remembered.",
    ],
    ["no path", review({ confirm: "amount" }), "tools.pay.review.confirm. Not a path such as args.amount."],
  ])("are refused: %s", (_, make, message) => {
    expect(problemOf(make)).toContain(message);
  });

  it("and what must be confirmed is one value that people see", () => {
    const rule = (confirm: string, redact?: string[]) => () =>
      definePolicy({ tools: { pay: { args: z.object({ amount: z.number(), items: z.array(z.string()) }), ask: true, review: { confirm }, ...(redact && { redact }) } } }); // prettier-ignore
    expect(rule("args.amount")()).toBeDefined();
    expect(problemOf(rule("args.items"))).toContain("tools.pay.review.confirm. args.items of pay is not one value");
    expect(problemOf(rule("args.amount", ["args.amount"]))).toContain("args.amount of pay is masked (redact)");
    const masked = definePolicy({ tools: { "*": { ask: true, redact: ["args.iban"] } } });
    const confirming = { pay: { ask: true, review: { confirm: "args.iban" } } } as const;
    expect(problemOf(() => definePolicy({ include: [masked], tools: confirming }))).toContain("masked");
    expect(problemOf(() => definePolicy({ always: [{ ask: true, review: { confirm: "args.iban" } }], tools: { pay: { deny: () => false, redact: ["args.iban"] } } }))).toContain("masked"); // prettier-ignore
    expect(problemOf(() => definePolicy({ always: [{ tools: ["pay"], ask: true, review: { confirm: "args.iban" } }], tools: { "pay*": { ask: true, redact: ["args.*"] } } }))).toContain("masked"); // prettier-ignore
  });
});

describe("guard rails", () => {
  const railed = definePolicy({
    tools: { mail: "allow", "pay*": { ask: ({ args }) => Number(args["amount"]) > 10 && "over 10", review: FINANCE }, "ops/drop": "allow" },
    always: [
      {
        tools: ["mail"],
        when: ({ args }) => !String(args["to"]).endsWith("@acme.com"),
        ask: true,
        reason: "outside",
        review: { roles: ["security"] },
      },
      { tools: ["drop"], deny: true, reason: "nothing is dropped" },
      { when: ({ args }) => Number(args["amount"]) > 100, ask: true, reason: "over 100", review: { roles: ["cfo"] } },
      { tools: ["pay_all"], when: ({ now }) => now.getUTCHours() < 6, deny: true },
    ],
  });

  it("ask where a rule allows, and add their signatures where it asks", () => {
    expect(judge(railed, "mail", { to: "bob@acme.com" })?.verdict).toEqual({ type: "allow" });
    expect(judge(railed, "mail", { to: "bob@else.com" })?.verdict).toMatchObject({
      type: "ask",
      rule: "always[0]",
      reason: "outside",
      terms: { roles: ["security"] },
    });
    expect(judge(railed, "pay", { amount: 11 })?.verdict).toMatchObject({ rule: "pay*", reason: "over 10", terms: FINANCE });
    expect(judge(railed, "pay", { amount: 101 })?.verdict).toMatchObject({
      ...{ type: "ask", rule: "pay*", reason: "over 10; over 100" },
      terms: {
        roles: ["cfo", "finance"],
        quorum: [
          { roles: ["cfo"], count: 1 },
          { roles: ["finance"], count: 1 },
        ],
      },
    });
  });

  it("deny whatever a rule says, in every namespace", () => {
    const drop = policyInternals(railed)?.judge({ namespace: "ops", tool: "drop", args: {}, threadId: "t", agent: "a" });
    expect(drop?.verdict).toEqual({ type: "deny", rule: "always[1]", reason: "nothing is dropped" });
  });

  it("hold for tools that no rule names, and where they can't be evaluated", () => {
    expect(judge(railed, "other")?.verdict).toMatchObject({ type: "ask", rule: "default" });
    const broken = definePolicy({ default: "allow", always: [{ when: ({ args }) => (args["a"] as { b: boolean }).b, deny: true }] });
    expect(judge(broken, "any")).toMatchObject({ verdict: { type: "deny" }, faults: [{ rule: "always[0]", part: "deny" }] });
    expect(judge(broken, "any", { a: { b: false } })?.verdict.type).toBe("allow");
  });

  it("see what a rule without a namespace sees of a tool in one", () => {
    const when = ({ args }: { args: JsonObject }) => Number(args["amount"]) > 1_000;
    const policy = definePolicy({ always: [{ tools: ["pay"], when, deny: true }], tools: { pay: { args: z.object({ amount: z.number().default(5_000) }), ask: true } } }); // prettier-ignore
    const call = { namespace: "billing", tool: "pay", args: {}, threadId: "t", agent: "a" };
    expect(policyInternals(policy)?.judge(call).verdict.type).toBe("deny");
  });

  it("of other tools have nothing to do with each other", () => {
    const on = (tool: string, decisions: readonly ("approve" | "edit" | "reject")[]) =>
      ({ tools: [tool], ask: true, review: { decisions } }) as const;
    const always = [on("run_sql", ["approve", "reject"]), on("pay", ["edit"])];
    expect(definePolicy({ always, tools: { pay: "ask", run_sql: "ask" } })).toBeDefined();
    expect(problemOf(() => definePolicy({ default: "allow", always: [on("pay", ["approve"]), on("p*", ["edit"])], tools: { pay: "allow" } }))).toContain("always[0]. Nobody could sign under these terms and those of always[1]"); // prettier-ignore
  });

  it("count in the hash with what they add", () => {
    const hashOf = (review?: ReviewTerms) => definePolicy({ review: { roles: ["s"] }, always: [{ ask: true, ...(review && { review }) }], tools: { t: { ask: true, review: { roles: ["f"] } } } }).hash; // prettier-ignore
    expect(hashOf()).not.toBe(hashOf({ roles: ["s"] }));
  });

  it("can't turn the clock for one another", () => {
    const turn = ({ now }: { now: Date }) => now.setFullYear(1999) === 0;
    const policy = definePolicy({ tools: { t: { ask: [{ when: turn }, { when: ({ now }) => now.getUTCFullYear() === 1999 }] } } });
    expect(policy.check({ tool: "t", args: {}, now: Date.UTC(2026, 0, 1) })).toEqual({ type: "allow" });
  });

  it("see the gate's clock", () => {
    const at = (hour: number) => railed.check({ tool: "pay_all", args: { amount: 1 }, now: Date.UTC(2026, 0, 1, hour) }).type;
    expect([at(5), at(6)]).toEqual(["deny", "allow"]);
  });

  it.each<[string, () => unknown, string]>([
    [
      "without a consequence",
      () => definePolicy({ always: [{ when: () => true } as never] }),
      "always.0. A guard rail says deny: true or ask: true, one of them.",
    ],
    [
      "a condition in the wrong place",
      () => definePolicy({ always: [{ deny: () => true } as never] }),
      "always.0.deny. Write deny: true, and the condition under when.",
    ],
    [
      "a review of what it denies",
      () => definePolicy({ always: [{ deny: true, review: FINANCE } as never] }),
      "always.0.review. This guard rail never asks",
    ],
    [
      "a misspelt setting",
      () => definePolicy({ always: [{ deny: true, tool: ["x"] } as never] }),
      "always.0. There is no setting tool. Did you mean tools?",
    ],
    [
      "terms that nobody can meet with a rule's",
      () =>
        definePolicy({
          tools: { pay: { ask: true, review: { decisions: ["approve", "reject"] } } },
          always: [{ ask: true, review: { decisions: ["edit"] } }],
        }),
      "tools.pay. Nobody could sign under these terms and those of always[0]",
    ],
    [
      "terms that nobody can meet with a tier's",
      () =>
        definePolicy({
          tools: { pay: { ask: [{ review: { reviewers: ["ann"] } }] } },
          always: [{ tools: ["p*"], ask: true, review: { reviewers: ["ann"], quorum: 2 } }],
        }),
      "More signatures than there are reviewers",
    ],
  ])("are refused: %s", (_, make, message) => {
    expect(problemOf(make)).toContain(message);
  });
});

describe("included policies", () => {
  const base = definePolicy({
    default: "deny",
    review: { fourEyes: true },
    remember: "never",
    always: [{ when: ({ args }) => args["env"] === "prod", ask: true, review: { roles: ["ops"] } }],
    tools: { drop: "deny", deploy: { ask: true, review: { roles: ["release"] }, redact: ["args.token"] } },
  });
  const own = definePolicy({
    include: [base],
    default: "allow",
    tools: { drop: "allow", deploy: "allow", pay: { ask: true, review: { roles: ["finance"], remember: ["tool"] } } },
  });

  it("can only be tightened", () => {
    expect(judge(own, "drop")?.verdict).toMatchObject({ type: "deny", rule: "drop" });
    expect(judge(own, "deploy")?.verdict).toMatchObject({ type: "ask", rule: "deploy", terms: { roles: ["release"] } });
    expect(judge(own, "deploy", { env: "prod" })?.verdict).toMatchObject({
      type: "ask",
      terms: { quorum: [{ roles: ["ops"] }, { roles: ["release"] }] },
    });
    expect(judge(own, "pay")?.verdict).toMatchObject({ terms: { roles: ["finance"], fourEyes: true, remember: "never" } });
    expect(judge(own, "other")?.verdict.type).toBe("deny");
  });

  it("have a part in the hash, and masks that add up", () => {
    const changed = definePolicy({ include: [definePolicy({ tools: { drop: "ask" } })], tools: {} });
    expect(new Set([own.hash, base.hash, changed.hash, definePolicy({ tools: {} }).hash]).size).toBe(4);
    expect(judge(own, "deploy", { token: "x" })?.by.layers.flatMap(({ exact }) => exact.get("deploy")?.redact ?? [])).toEqual([
      "args.token",
    ]);
  });

  it("see what their own rules see, whatever the including policy makes of the arguments", () => {
    const Amount = z.object({ amount: z.coerce.number().default(5_000) });
    const rail = { tools: ["pay"], when: ({ args }: { args: JsonObject }) => Number(args["amount"]) > 1_000, deny: true } as const;
    const below = definePolicy({ always: [rail], tools: { pay: { args: Amount, ask: true } } });
    const Cents = z.object({
      amount: z
        .number()
        .default(1)
        .transform((cents) => cents / 100),
    });
    for (const pay of ["ask", { args: Cents, ask: true }] as const)
      expect(judge(definePolicy({ include: [below], tools: { pay } }), "pay")?.verdict).toMatchObject({ type: "deny", rule: "include[0].always[0]" }); // prettier-ignore
    const strict = definePolicy({
      tools: { pay: { args: z.object({ amount: z.number() }), deny: ({ args }) => args.amount > 1, ask: true } },
    });
    expect(judge(definePolicy({ include: [strict], tools: { pay: "ask" } }), "pay", { amount: "5000" })?.verdict.type).toBe("invalid");
  });

  it("are policies", () => {
    expect(problemOf(() => definePolicy({ include: [{}] as never }))).toContain("include.0. Name what definePolicy made.");
    const bob = definePolicy({ review: { decisions: ["edit"] } });
    expect(problemOf(() => definePolicy({ include: [bob], tools: { pay: { ask: true, review: { decisions: ["approve"] } } } }))).toContain("tools.pay.review. Nobody could sign"); // prettier-ignore
  });
});

describe("describe", () => {
  const facts = (pick: (call: { args: z.infer<typeof Pay> }) => object) =>
    judge(definePolicy({ tools: { pay: { args: Pay, ask: true, describe: pick } } }), "pay", {
      amount: 4_200,
      to: "Acme",
      iban: "DE1",
    });

  it("says what a person reads", () => {
    const said = facts(({ args }) => ({
      title: `Pay ${args.to} $${args.amount}`,
      facts: [{ label: "IBAN", value: args.iban }],
      links: [{ label: "Invoice", url: "https://example.com/88" }],
      risk: "high",
    }));
    expect(said?.describe()).toEqual({
      ...{ title: "Pay Acme $4200", facts: [{ label: "IBAN", value: "DE1" }], links: [{ label: "Invoice", url: "https://example.com/88" }], risk: "high" }, // prettier-ignore
    });
  });

  it("is made of what people may see", () => {
    const policy = definePolicy({ tools: { pay: { args: Pay, ask: true, redact: ["args.iban"], describe: ({ args }) => ({ title: `Pay to ${args.iban}` }) } } }); // prettier-ignore
    expect(judge(policy, "pay", { amount: 1, to: "Acme", iban: "DE1" })?.describe()).toEqual({ title: `Pay to ${MASK}` });
  });

  it("is cut where a model wrote too much", () => {
    const said = facts(() => ({
      title: "x".repeat(10_000),
      facts: Array.from({ length: 100 }, () => ({ label: "l", value: "v" })),
    }))?.describe();
    expect([said?.title?.length, said?.facts?.length]).toEqual([300, 30]);
  });

  it("goes without a link that leads nowhere, and tells that", () => {
    const links = [{ label: "x", url: "javascript:alert(1)" }, { label: "y", url: "https://example.com" }, { label: "z", url: `https://example.com/${"x".repeat(9_000)}` }]; // prettier-ignore
    const judgement = facts(() => ({ risk: "high", links }));
    expect(judgement?.describe()).toEqual({ risk: "high", links: [{ label: "y", url: "https://example.com" }] });
    expect(judgement?.faults).toMatchObject([{ part: "describe" }]);
  });

  it.each<[string, () => object]>([
    ["throws", () => { throw new Error("x"); }], // prettier-ignore
    ["answers with a promise", async () => ({})],
    ["says what there is no place for", () => ({ titel: "x" })],
    ["links to a script", () => ({ links: [{ label: "x", url: "javascript:alert(1)" }] })],
    ["gives a number", () => ({ title: 5 })],
  ])("is left out, and told, if it %s", (_, describe_) => {
    const judgement = facts(describe_);
    expect(judgement).toMatchObject({ verdict: { type: "ask" }, faults: [{ rule: "pay", part: "describe" }] });
    expect(judgement?.describe()).toBeUndefined();
  });
});
