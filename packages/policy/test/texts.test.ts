// Texts with expressions: reasons, and what people read of a call.
import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { explain, lint, loadPolicy, type Problem } from "../src/index.ts";
import { ruleFile, tools } from "./tools.ts";

const found = (problems: readonly Problem[]) =>
  problems.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);
const described = (describe: string, args: object, more = "") => {
  const policy = loadPolicy(ruleFile(`ask: true\ndescribe:\n${describe.replaceAll(/^/gm, "  ")}\n${more}`));
  return explain(policy, { tool: "send_payment", args: args as {} }).description;
};
const title = (text: string, args: object = {}) => described(`title: ${JSON.stringify(text)}`, args)?.title;

describe("a text", () => {
  it.each<[string, object, string | undefined]>([
    ["Pay ${ args.to } ${args.amount} EUR", { to: "Acme", amount: 4_200 }, "Pay Acme 4200 EUR"],
    ["${args.amount}", { amount: 0.1 }, "0.1"],
    ["${args.amount}", { amount: 1e21 }, "1e+21"],
    ["${args.amount}", { amount: -0 }, "0"],
    ["${args.list.size()} of ${1u} are ${args.ok}", { list: [1], ok: true }, "1 of 1 are true"],
    ['${ {"a": "}"}["a"] } and ${ "{" + \'}\' }', {}, "} and {}"],
    ["$${ args.to } is ${ args.to }, $5, $$, { } and ${ '$' }", { to: "x" }, "${ args.to } is x, $5, $$, { } and $"],
    ['${ args.a ? "yes" : "no" } ${ now == now }', { a: false }, "no true"],
    ["${ history.count('x') } ${ args.a }", { a: 1 }, undefined],
    ["${ args.missing }", {}, undefined],
    ["${ args.list }", { list: [1] }, undefined],
    ["${ args.none }", { none: null }, undefined],
  ])("%j of %j is %j", (text, args, made) => {
    expect(title(text, args)).toBe(made);
  });

  it.each([
    ["${ args.amuont }", "There is no field amuont. Did you mean amount?", 7],
    ["a ${ args.amount } ${ args.amuont }", "There is no field amuont. Did you mean amount?", 26],
    ["${ args.items }", "A text, a number, true or false can stand in a text. This is a list.", 3],
    ["${ now }", "A text, a number, true or false can stand in a text. This is a timestamp. Write string(…) around it.", 3],
    ["${ args.amount", "A closing `}` is missing. Write `$${` for `${` itself.", 0],
    ["${}", "Write an expression between the braces: `${ args.amount }`.", 2],
    ["${ args.amount and 1 }", "CEL writes `&&`, not `and`.", 15],
    ["${ arg.amount }", "There is no arg here. Did you mean args?", 3],
    ["${ now.getHours('Europe/Belin') }", "There is no time zone Europe/Belin. Did you mean Europe/Berlin?", 16],
    ["${ args.iban }", 'args.iban may be missing, and then nobody reads this description. Write `has(args.iban) ? args.iban : "…"`.', 7],
    ["Pay $${args.amount}", '`$${` stands for `${` itself. For a dollar sign before a value write `${"$"}${args.amount}`.', 4],
  ])("%s: %s", (text, message, offset) => {
    const [problem, ...others] = lint(ruleFile(`ask: true\ndescribe:\n  title: '${text.replaceAll("'", "''")}'`), { tools });
    expect([problem?.message, problem?.line, others]).toEqual([message, 6, []]);
    // Quotes that are doubled in the file come first in none of them.
    expect(problem?.column).toBe(15 + offset);
  });
});

describe("a reason", () => {
  const reason = (text: string, args: object) =>
    explain(loadPolicy(ruleFile(`deny: { when: args.amount > 9, reason: ${JSON.stringify(text)} }`)), {
      tool: "send_payment",
      args: args as {},
    });

  it("is made of what the condition saw", () => {
    expect(reason("${ args.amount } is over ${ 9 }", { amount: 10 }).verdict).toEqual({
      type: "deny",
      rule: "send_payment",
      reason: "10 is over 9",
    });
  });

  it("that can't be made leaves the plain one, and is told", async () => {
    const { verdict, decidedBy } = reason("to ${ args.to }", { amount: 10 });
    expect(verdict).toMatchObject({ type: "deny", reason: "The policy does not allow send_payment: a condition of the rule could not be evaluated" }); // prettier-ignore
    expect(decidedBy).toMatchObject({
      holds: true,
      error: "its reason can't be written: field not found: to",
      values: { "args.amount": 10 },
    });
    const warnings: string[] = [];
    const policy = loadPolicy(ruleFile("ask: { when: args.amount > 9, reason: 'to ${ args.to }' }"));
    const gate = createGate({ policy, store: memoryStore(), warn: (text) => warnings.push(text) });
    await gate.ask({ threadId: "t", key: "k", tool: "send_payment", args: { amount: 10 } });
    expect(warnings.join()).toContain("its reason can't be written: field not found: to");
  });

  it("shows the mask of what people don't see, in the request and in its trail", async () => {
    const policy = loadPolicy(
      `version: 1
always: [{ when: args.amount > 5, ask: true, reason: "rail \${ args.iban }" }]
tools:
  send_payment:
    redact: [args.iban]
    deny: { when: args.amount > 100, reason: "deny \${ args.iban }" }
    ask: [{ when: args.amount > 50, reason: "tier \${ args.iban } of \${ args.amount }" }, {}]
`,
      { tools },
    );
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const secret = "DE02120300000000202051";
    const asked = await gate.ask({ threadId: "t", key: "k", tool: "send_payment", args: { amount: 60, iban: secret } });
    if (asked.status !== "pending") throw new Error(asked.status);
    expect(asked.request.reason).toBe("tier ••• of 60; rail •••");
    expect(JSON.stringify(await Array.fromAsync(gate.history(asked.request.id)))).not.toContain(secret);
    expect(policy.check({ tool: "send_payment", args: { amount: 101, iban: secret } })).toMatchObject({ reason: "deny •••" });
  });

  it("of a mask is told, where it reads one", () => {
    const of = (rule: string, top = "") => found(lint(`${ruleFile(rule)}${top}`, { tools }));
    const warning = "args.iban is masked (redact), and the reason shows the mask.";
    const reads = `reason: 'to \${ has(args.iban) ? args.iban : "-" }'`;
    expect(of(`redact: [args.iban]\nask: [{ when: args.amount > 9, ${reads} }]`)).toEqual([`warning 5:72 ${warning}`]);
    expect(of(`redact: ['args.*']\ndeny: { when: args.amount > 9, ${reads} }\nask: true`)).toEqual([`warning 5:72 ${warning}`]);
    expect(of(`redact: [args.note]\nask: [{ when: args.amount > 9, ${reads} }]`)).toEqual([]);
    expect(of("redact: [args.iban]\nask: true", `always: [{ ask: true, ${reads} }]`)).toContain(
      "warning 7:59 args.iban of send_payment is masked (redact), and the reason shows the mask.",
    );
    const items = "size(args.items) > 0 && args.items[0].price > 9";
    expect(of(`redact: ['args.items.*.price']\nask: [{ when: '${items}', reason: '\${ args.items[0].price }' }]`)).toContain(
      "warning 5:95 args.items.0.price is masked (redact), and the reason shows the mask.",
    );
    expect(of("redact: [args.amount]\nask: [{ when: args.amount > 9, reason: '${ args.amount > 99 }' }]")).toContain(
      "error 5:60 > doesn't take a text and an int.",
    );
  });

  it("is cut where a value makes it long, and never where it is written", () => {
    const { verdict } = reason("to ${ args.to }", { amount: 10, to: "😀".repeat(1_000) });
    expect(verdict).toMatchObject({ reason: `to ${"😀".repeat(248)}…` });
    expect(reason("x".repeat(600), { amount: 10 }).verdict).toMatchObject({ reason: "x".repeat(600) });
  });

  it("changes the policy's hash, and so do the constants in it", () => {
    const hash = (text: string, limit = 1) => loadPolicy(`version: 1\nconstants: { limit: ${limit} }\ntools: { t: { ask: [{ when: args.a > 1, reason: "${text}" }] } }`).hash; // prettier-ignore
    const hashes = [hash("${ constants.limit }"), hash("${ constants.limit }", 2), hash("${ 1 + constants.limit }"), hash("plain")];
    expect(new Set(hashes).size).toBe(4);
  });
});

describe("a description", () => {
  it("has a title, facts, links and a risk", () => {
    const text = [
      "title: Pay ${ args.to }",
      "facts:",
      "  - label: Amount",
      "    value: ${ args.amount } EUR",
      "  - { label: Kind, value: plain }",
      "links:",
      "  - label: Invoice",
      "    url: https://erp.example/${ args.invoice }/x?q=${ args.to }",
      "  - { label: Mail, url: '${ args.mail }' }",
      'risk: \'${ args.amount > 1000 ? "high" : "low" }\'',
    ].join("\n");
    expect(described(text, { to: "Acme & Co", amount: 4_200, invoice: "../88", mail: "mailto:a@acme.example" })).toEqual({
      title: "Pay Acme & Co",
      facts: [{ label: "Amount", value: "4200 EUR" }, { label: "Kind", value: "plain" }],
      links: [{ label: "Invoice", url: "https://erp.example/..%2F88/x?q=Acme%20%26%20Co" }, { label: "Mail", url: "mailto:a@acme.example" }],
      risk: "high",
    }); // prettier-ignore
  });

  it("sees what people see: masks in the place of what is masked", () => {
    expect(described("title: ${ args.iban } of ${ args.to }", { iban: "DE02", to: "Acme" }, "redact: [args.iban]")).toEqual({
      title: "••• of Acme",
    });
    const masked = ruleFile("ask: true\nredact: [args.amount]\ndescribe: { title: 'over ${ args.amount > 5 }' }");
    expect(found(lint(masked, { tools }))).toEqual(["error 6:45 > doesn't take a text and an int."]);
  });

  it("that can't be made is left out, and told", async () => {
    const warnings: string[] = [];
    for (const wrong of ["title: ${ args.to }", "title: x\nrisk: '${ args.risk }'"]) {
      const policy = loadPolicy(ruleFile(`ask: true\ndescribe:\n${wrong.replaceAll(/^/gm, "  ")}`));
      const gate = createGate({ policy, store: memoryStore(), warn: (text) => warnings.push(text) });
      const asked = await gate.ask({ threadId: "t", key: "k", tool: "send_payment", args: { risk: "huge", url: "javascript:alert(1)" } });
      expect(asked.status === "pending" && asked.request.proposal.description).toBeUndefined();
    }
    expect(warnings.filter((text) => text.includes("its describe could not be evaluated"))).toHaveLength(2);
  });

  it("loses a link that leads nowhere, or up the path, and nothing else", () => {
    const url = (text: string, of: string) => described(`title: x\nlinks: [{ label: a, url: '${text}' }, { label: b, url: 'https://b.example' }]`, { of })?.links?.map((link) => link.url); // prettier-ignore
    const others = ["https://b.example"];
    expect(url("${ args.of }", "javascript:alert(1)")).toEqual(others);
    expect(url("${ args.of }", "")).toEqual(others);
    for (const dots of ["..", "."]) {
      expect(url("https://erp.example/invoices/${ args.of }/delete", dots)).toEqual(others);
      expect(url("https://erp.example/invoices/${ args.of }", dots)).toEqual(others);
      expect(url('https://erp.example/a/${ args.of }${ args.of == "." ? "." : "" }?q', dots)).toEqual(others);
      expect(url("https://erp.example/a?q=${ args.of }", dots)).toEqual([`https://erp.example/a?q=${dots}`, ...others]);
      expect(url("https://erp.example/v${ args.of }/x", dots)).toEqual([`https://erp.example/v${dots}/x`, ...others]);
    }
    expect(url("https://erp.example/a/${ args.of }", "%2e%2E")).toEqual(["https://erp.example/a/%252e%252E", ...others]);
    expect(url("https://erp.example/a/${ args.of }", "\ud800")).toEqual(["https://erp.example/a/%EF%BF%BD", ...others]);
  });

  it.each(["javascript:${ args.note }", "/invoices/${ args.note }", "ftp://a.example", "https:", "https//${ args.note }"])(
    "can't link to %s",
    (url) => {
      const text = ruleFile(`ask: true\ndescribe: { links: [{ label: x, url: '${url}' }] }`);
      expect(found(lint(text))).toEqual(["error 5:42 A link begins with `https:`, `http:` or `mailto:`. Write the whole URL."]);
    },
  );

  it.each([
    ["describe: Pay", "error 5:15 `describe` is a map. Write `describe: { title: … }`."],
    ["describe: {}", "error 5:15 Say what people read: a `title`, `facts`, `links` or a `risk`."],
    ["describe: { titel: x }", "error 5:17 There is no setting titel here. Did you mean title?"],
    ["describe: { facts: { Amount: 3 } }", "error 5:24 `facts` is a list. Write `- label: …`, and below it `value: …`."],
    ["describe: { facts: [Amount] }", "error 5:25 Write `- label: …`, and below it `value: …`."],
    ["describe: { facts: [{ label: Amount, value: 3 }] }", 'error 5:49 `value` is a text. Write "3".'],
    ["describe: { facts: [{ label: Amount, text: x }] }", "error 5:42 There is no setting text here. There are label, value."],
    ["describe: { links: [{ label: x, url: '${ args.x' }] }", "error 5:43 A closing `}` is missing. Write `$${` for `${` itself."],
    [
      "describe: { risk: huge }",
      'error 5:23 Write `low`, `medium` or `high`, or an expression that gives one of them: `${ args.amount > 1000 ? "high" : "low" }`.',
    ],
    [
      'describe: { risk: \'${ args.x ? "huge" : "low" }\' }',
      'error 5:27 A risk is "low", "medium" or "high". This is one of "huge", "low".',
    ],
    ["describe: { risk: '${ 3 }' }", 'error 5:27 A risk is "low", "medium" or "high". This is an int.'],
    ["title: x", "error 5:5 Write title under describe."],
  ])("%s: %s", (text, message) => {
    expect(found(lint(ruleFile(`ask: true\n${text}`)))).toEqual([message]);
  });
});
