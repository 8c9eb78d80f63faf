// What is probably wrong, though the file can be used.
import { definePolicy } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { lint, loadPolicy, type Problem } from "../src/index.ts";
import { askFile, tools } from "./tools.ts";

const found = (problems: readonly Problem[]) =>
  problems.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);

describe("a field that may be missing", () => {
  const missing = (condition: string) => lint(askFile(condition), { tools }).map(({ message }) => message.replace(/ may be missing.*/, ""));

  it.each<[string, readonly string[]]>([
    ["args.iban == 'x'", ["args.iban"]],
    ["has(args.iban) && args.iban == 'x'", []],
    ["args.iban == 'x' && has(args.iban)", []],
    ["!has(args.iban) || args.iban == 'x'", []],
    ["args.iban == 'x' || !has(args.iban)", []],
    ["has(args.iban) || args.iban == 'x'", ["args.iban"]],
    ["has(args.iban) ? args.iban == 'x' : args.amount > 1", []],
    ["!has(args.iban) ? args.amount > 1 : args.iban == 'x'", []],
    ["!has(args.iban) ? args.iban == 'x' : true", ["args.iban"]],
    ["!(!has(args.iban) || args.amount < 1) && args.iban == 'x'", []],
    ["(has(args.iban) || has(args.note)) && args.iban == 'x'", ["args.iban"]],
    ["(has(args.iban) && args.amount > 1 || has(args.iban)) && args.iban == 'x'", []],
    ["'iban' in args && args.iban == 'x'", []],
    ["has(args.iban) && args['iban'] == 'x'", []],
    ["args['iban'] == 'x'", ['args["iban"]']],
    ["args.iban == 'x' && args.iban != 'y' || args.note == 'z'", ["args.iban", "args.note"]],
    ["args.items.exists(i, i.price > 1)", []],
    ["args.currency == 'EUR'", []],
    ["requestedBy != null && 'cfo' in requestedBy.roles", ["requestedBy.roles"]],
    ["requestedBy != null && has(requestedBy.roles) && 'cfo' in requestedBy.roles", []],
  ])("%s: %j", (condition, fields) => {
    expect(missing(condition)).toEqual(fields);
  });

  it("means that the condition holds, as it says", () => {
    const policy = loadPolicy(askFile("args.iban == 'x'"), { tools });
    expect(policy.check({ tool: "send_payment", args: { amount: 1 } })).toMatchObject({ type: "ask" });
    expect(found(lint(askFile("args.iban == 'x'"), { tools }))).toEqual([
      "warning 4:15 args.iban may be missing, and then the condition holds. Write `has(args.iban) && …`.",
    ]);
  });

  it("is there in the reason of a condition that has looked", () => {
    const of = (when: string) =>
      found(lint(`version: 1\nalways:\n  - { when: ${JSON.stringify(when)}, deny: true, reason: "not to \${ args.iban }" }`, { tools }));
    expect(of("has(args.iban) && args.iban == 'x'")).toEqual([]);
    expect(of("args.amount > 1").some((line) => line.includes("args.iban may be missing, and then nobody reads this reason"))).toBe(true);
  });

  it("of some tools is one of a rule for all of them", () => {
    const some = { a: z.object({ x: z.number() }), b: z.object({ y: z.number() }) };
    const of = (condition: string) => found(lint(`version: 1\nreview: { roles: [r] }\ntools: { "*": { ask: ${JSON.stringify(condition)} } }`, { tools: some })); // prettier-ignore
    expect(of("args.x > 1")).toEqual(["warning 3:27 args.x may be missing, and then the condition holds. Write `has(args.x) && …`."]);
    expect(of("has(args.x) && args.x > 1 || has(args.y) && args.y > 1")).toEqual([]);
    expect(of("args.z > 1")).toEqual(["warning 3:27 The schema doesn't name the field z. Did you mean x?"]);
  });
});

describe("who signs", () => {
  const open = (text: string) => found(lint(`version: 1\n${text}\n`)).filter((line) => line.includes("Nobody is named"));

  it.each<[string, string | undefined]>([
    [
      "tools: { t: ask }",
      "warning 2:10 Nobody is named here, so anybody may sign, and whoever asked as well. Write `review: { roles: [finance] }`.",
    ],
    [
      "tools: { t: { ask: args.x > 1 } }",
      "warning 2:15 Nobody is named here, so anybody may sign, and whoever asked as well. Write `review: { roles: [finance] }`.",
    ],
    [
      "tools: { t: { ask: true, review: { fourEyes: true } } }",
      "warning 2:15 Nobody is named here, so anybody but whoever asked may sign. Write `review: { roles: [finance] }`.",
    ],
    ["review: { roles: [a] }\ntools: { t: { ask: [{ when: args.x > 1 }] } }", undefined],
    [
      "tools: { t: { ask: [{ when: args.x > 1, review: { roles: [a] } }, {}] } }",
      "warning 2:67 Nobody is named here, so anybody may sign, and whoever asked as well. Write `review: { roles: [finance] }`.",
    ],
    ["tools: { t: { ask: true, review: { quorum: [{ roles: [a] }] } } }", undefined],
    [
      "tools: { t: { ask: true, review: { quorum: [{ count: 2 }] } } }",
      "warning 2:15 Nobody is named here, so anybody may sign, and whoever asked as well. Write `review: { roles: [finance] }`.",
    ],
    ["tools: { t: { ask: true, review: { quorum: [{ roles: [a] }, { count: 2 }] } } }", undefined],
    ["tools: { t: { ask: true, review: { reviewers: [a] } } }", undefined],
    ["tools: { t: { ask: true, review: { decisions: [reject] } } }", undefined],
    ["tools: { t: deny, u: allow }", undefined],
    [
      "always: [{ ask: true }]",
      "warning 2:10 Nobody is named here, so anybody may sign, and whoever asked as well. Write `review: { roles: [finance] }`.",
    ],
    ["always: [{ ask: true, review: { roles: [a] } }]\ntools: { t: ask }", undefined],
    [
      "always: [{ tools: [u], ask: true, review: { roles: [a] } }]\ntools: { t: ask }",
      "warning 3:10 Nobody is named here, so anybody may sign, and whoever asked as well. Write `review: { roles: [finance] }`.",
    ],
  ])("%s", (text, message) => {
    expect(open(text)).toEqual(message === undefined ? [] : [message]);
  });
});

describe("a wildcard's denial that a more specific rule replaces", () => {
  const replaced = (rules: string, always = "") =>
    found(lint(`version: 1\nreview: { roles: [a] }\n${always}tools:\n${rules.replaceAll(/^/gm, "  ")}\n`)).filter((line) =>
      line.includes("replaces"),
    );

  it("is told with both, and the guard rail that would hold", () => {
    expect(replaced("'delete_*': deny\ndelete_user: ask")).toEqual([
      'warning 5:3 This rule replaces delete_* (4:3), so what delete_* denies is not denied here. If it should be, write a guard rail: always: [{ tools: ["delete_*"], deny: true }].',
    ]);
    expect(replaced("'*': { deny: 'context.frozen' }\ndelete_user: ask")).toEqual([
      "warning 5:3 This rule replaces * (4:3), so what * denies is not denied here. If it should be, write a guard rail: always: [{ when: …, deny: true }].",
    ]);
    // It is so: the guard rail holds where the wildcard doesn't.
    const call = { tool: "delete_user", args: {} };
    expect(definePolicy({ tools: { "delete_*": "deny", delete_user: "allow" } }).check(call)).toEqual({ type: "allow" });
    expect(definePolicy({ always: [{ tools: ["delete_*"], deny: true }], tools: { delete_user: "allow" } }).check(call)).toMatchObject({ type: "deny" }); // prettier-ignore
  });

  it.each([
    "'delete_*': deny\ndelete_user: deny",
    "'*': deny\nread: allow",
    "'delete_*': { deny: args.n > 10 }\ndelete_user: { deny: args.n > 5, ask: true }",
    "'delete_*': ask\ndelete_user: allow",
    "'delete_*': deny\n'*_user': ask",
    "'crm/*': deny\nexport: ask",
  ])("is none in %j", (rules) => {
    expect(replaced(rules)).toEqual([]);
  });

  it("is none where a guard rail says it already", () => {
    expect(replaced("'delete_*': deny\ndelete_user: ask", 'always: [{ tools: ["delete_*"], deny: true }]\n')).toEqual([]);
  });
});

describe("what is typed", () => {
  const confirm = (rule: string, top = "") => found(lint(`version: 1\nreview: { roles: [a]${top} }\ntools:\n${rule.replaceAll(/^/gm, "  ")}\n`, { tools })); // prettier-ignore

  it.each([
    ["send_payment: { ask: true, review: { confirm: args.amuont } }", "error 4:49 There is no args.amuont."],
    [
      "send_payment: { ask: true, review: { confirm: [args.amount, args.items] } }",
      "error 4:63 args.items is a list. Confirm one value: a text, a number, true or false.",
    ],
    [
      "send_payment: { ask: true, redact: [args.iban], review: { confirm: args.iban } }",
      "error 4:70 Reviewers see a mask at args.iban of send_payment, so nobody can type it. Confirm another value.",
    ],
    [
      "send_payment: { ask: [{ review: { confirm: args.iban } }], redact: ['args.*'] }",
      "error 4:46 Reviewers see a mask at args.iban of send_payment, so nobody can type it. Confirm another value.",
    ],
    ["send_payment: { ask: true, review: { confirm: amount } }", "error 4:49 Not a path such as args.amount."],
    ["send_payment: { ask: true, review: { confirm: args.items.0.prise } }", "error 4:49 There is no args.items.0.prise."],
    ["send_payment: { ask: true, review: { confirm: args.items.first.price } }", "error 4:49 There is no args.items.first.price."],
    ["send_payment: { ask: true, review: { confirm: 'args.items.*.price' } }", "error 4:49 There is no args.items.*.price."],
    ["delete_user: { ask: true, review: { confirm: args.id.name } }", "error 4:48 There is no args.id.name."],
    [
      "'*': { ask: true, review: { confirm: args.id } }",
      "warning 4:40 send_payment has no args.id, so nobody could sign its calls. Write `confirm` where the tools have it.",
    ],
  ])("%s: %s", (rule, message) => {
    expect(confirm(rule)).toEqual([message]);
  });

  it("is right where each tool has it, and is looked for in every rule that inherits it", () => {
    expect(confirm("send_payment: { ask: true, review: { confirm: args.amount } }")).toEqual([]);
    expect(confirm("send_payment: { ask: true, review: { confirm: args.items.0.price } }")).toEqual([]);
    expect(confirm("send_payment: ask\ndelete_user: ask", ", confirm: args.amount")).toEqual(["error 2:32 There is no args.amount."]);
    expect(
      found(
        lint("version: 1\nreview: { roles: [a] }\nalways: [{ tools: [delete_user], ask: true, review: { confirm: args.amount } }]\n", {
          tools,
        }),
      ),
    ).toEqual(["error 3:64 There is no args.amount."]);
  });
});

it("a context that nothing describes is told where the tools are described", () => {
  const text = askFile("context.region == 'EU' && context.tier > 3");
  expect(found(lint(text, { tools }))).toEqual([
    "warning 4:18 Nothing says what `context` has. Give its schema beside `tools`, as `context`.",
  ]);
  expect(lint(text)).toEqual([]);
  expect(lint(text, { tools, context: z.object({ region: z.string(), tier: z.number() }) })).toEqual([]);
  expect(found(lint(text, { tools, context: z.object({ region: z.string() }) }))).toEqual(["error 4:44 There is no field tier."]);
});

it("conditions of hundreds of parts are compared in no time", () => {
  const long = (operator: string) => Array.from({ length: 200 }, (_, index) => `args.a${index} > 1`).join(` ${operator} `);
  const began = performance.now();
  const text = `version: 1\nreview: { roles: [a] }\ntools: { t: { deny: ${long("&&")}, ask: [{ when: ${long("||")} }, { when: ${long("&&")} }] } }`;
  expect(lint(text).map(({ message }) => message)).toEqual(["This is never reached: `deny` denies all that it would ask about."]);
  expect(performance.now() - began).toBeLessThan(5_000);
});
