// What lint finds in a file whose YAML is right.
import { fromJsonSchema } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { lint, loadPolicy, type Problem } from "../src/index.ts";
import { askFile, ruleFile, tools } from "./tools.ts";

const found = (problems: readonly Problem[]) =>
  problems.map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`);
const errors = (condition: string, given = { tools }) => lint(askFile(condition), given).map(({ message }) => message);

describe("an expression", () => {
  it.each([
    ["args.amuont > 1", "There is no field amuont. Did you mean amount?"],
    ["has(args.amuont)", "There is no field amuont. Did you mean amount?"],
    ["args.items.exists(i, i.prise > 1)", "There is no field prise. Did you mean price?"],
    ["args['amuont'] > 1", "There is no field amuont. Did you mean amount?"],
    ["arg.amount > 1", "There is no arg here. Did you mean args?"],
    ["constructor == 1", 'There is no constructor here. Write args.constructor for an argument, "constructor" for a text.'],
    ["__proto__.x == 1", 'There is no __proto__ here. Write args.__proto__ for an argument, "__proto__" for a text.'],
    ["constants.limit > 1", "There is no field limit."],
    ["args.amount.value > 1", "A number has no field value."],
    ["args.amount > '1000'", `> doesn't take a number and "1000".`],
    ["args.amount + args.currency > 1", `+ doesn't take a number and one of "EUR", "USD".`],
    ["args.currency == 'EURO'", `These are never equal: one of "EUR", "USD" and "EURO".`],
    ["args.currency == 3", `These are never equal: one of "EUR", "USD" and an int.`],
    ["args.iban == null", "These are never equal: a text and null."],
    ["args.currency in ['GBP', 'CHF']", `This is never true: one of "EUR", "USD" in a list of one of "GBP", "CHF".`],
    ["args.amount in ['a']", `This is never true: a number in a list of "a".`],
    ["args.amount % 2 == 0", "% takes ints, and numbers of JSON are doubles. Write int(…) around a number and an int."],
    ["args.amount", "A condition is true or false. This is a number."],
    ["'over the limit'", `A condition is true or false. This is "over the limit".`],
    ["args.amount && true", "This is a number. Write something that is true or false."],
    ["!args.amount", "This is a number. Write something that is true or false."],
    ["args.amount ? true : false", "This is a number. Write something that is true or false."],
    ["args.amount.all(x, x > 1)", "A number has no elements."],
    ["args.iban.matches('(')", "Not a regular expression of RE2: missing closing ): `(`."],
    ["args.iban.matches('(?=x)')", "Not a regular expression of RE2: invalid or unsupported Perl syntax: `(?=`."],
    ["args.iban.matches('(a)\\\\1')", "Not a regular expression of RE2: invalid escape sequence: `\\1`."],
    ["args.iban.matches(args.note)", "Write the pattern here, or as a constant."],
    ["args.iban.matches('^' + args.iban)", "Write the pattern here, or as a constant."],
    ["args.iban.match('x')", "There is no function match. CEL writes `matches`."],
    ["args.iban.startsWith(3)", "startsWith doesn't take a text, an int."],
    ["size(args.amount) > 1", "size doesn't take a number."],
    ["now() > args.on", "There is no function now. CEL writes `now`."],
    ["google.protobuf.Timestamp{} == args.on", "There is no type google.protobuf.Timestamp here."],
    ["requestedBy.role == 'cfo'", "There is no field role. Did you mean roles?"],
    ["requestedBy.kind == 'human'", `These are never equal: one of "person", "service", "automation" and "human".`],
    ["tool > 3", "> doesn't take a text and an int."],
    ["history > 3", 'Write history.count("tool"), or history.sum("args.amount", "tool").'],
    ["history.count(tool) > 3", 'Write history.count("tool"), with the tool as a text.'],
    ["history.max('args.amount') > 3", 'Write history.count("tool"), or history.sum("args.amount", "tool").'],
    ["history.count('send_paymnet') > 3", "There is no tool send_paymnet. Did you mean send_payment?"],
    ["history.sum('amount') > 3", "Begin the path of a sum with args, such as args.amount."],
    ["history.sum('args.amuont') > 3", "There is no args.amuont."],
    ["history.sum('args.currency') > 3", `history.sum adds numbers. args.currency is one of "EUR", "USD".`],
  ])("%s: %s", (condition, message) => {
    expect(errors(condition)).toEqual([message]);
  });

  it.each([
    "args.amount > 1000 && args.currency == 'USD'",
    "!has(args.iban) || args.iban.startsWith('DE')",
    "has(args.note) && args.note != null && args.note.contains('urgent')",
    "args.items.map(i, i.price).exists(p, p > 100)",
    "args.items.filter(i, i.price > 10).size() * 2 > 5",
    "has(args.on) && args.on > timestamp('2026-01-01T00:00:00Z') && args.on - timestamp('2026-01-01T00:00:00Z') > duration('24h')",
    "has(args.on) && args.on.getDayOfWeek('Europe/Berlin') == 0",
    "type(args.amount) == double",
    "requestedBy == null || !has(requestedBy.kind) || requestedBy.kind != 'person'",
    "namespace != null && namespace.startsWith('bil')",
    "r'namespace' == namespace || \"a namespace\" != namespace",
    "{'EUR': 100.0, 'USD': 110.0}[args.currency] < args.amount",
    "has(args.iban) && args.iban.matches('^[A-Z]{2}[0-9]{2}')",
    "history.sum('args.amount', 'send_payment') + args.amount > 10000 || history.count('*') > 3",
    "history.sum('args.cents', 'billing/*') > 3",
    "string(args.amount).endsWith('00')",
    "args . amount > 1",
    "int(args.amount) % 2 == 0 ? args.amount > 10 : args.amount > 11",
  ])("%s", (condition) => {
    expect(found(lint(askFile(condition), { tools }))).toEqual([]);
    expect(() => loadPolicy(askFile(condition), { tools })).not.toThrow();
  });

  it("says of a field that an open schema doesn't name that it may be misspelt", () => {
    const open = { send_payment: fromJsonSchema({ type: "object", properties: { amount: { type: "number" } } }) };
    expect(found(lint(askFile("args.amuont > 1"), { tools: open }))).toEqual([
      "warning 4:15 The schema doesn't name the field amuont. Did you mean amount?",
    ]);
    expect(() => loadPolicy(askFile("args.amuont > 1"), { tools: open })).not.toThrow();
  });

  it("reads the JSON Schema's references, alternatives and open ends", () => {
    const schema = fromJsonSchema({
      type: "object",
      additionalProperties: false,
      $defs: { Money: { type: "object", additionalProperties: false, properties: { cents: { type: "integer" } } } },
      properties: {
        money: { $ref: "#/$defs/Money" },
        either: { anyOf: [{ type: "string" }, { $ref: "#/$defs/Money" }] },
        many: { type: ["number", "null"] },
        labels: { type: "object", additionalProperties: { type: "string" } },
        pair: { type: "array", prefixItems: [{ type: "number" }] },
        self: { $ref: "#" },
      },
    });
    const of = (condition: string) =>
      lint(askFile(condition), { tools: { send_payment: schema } }).flatMap(({ severity, message }) =>
        severity === "error" ? [message] : [],
      );
    expect(of("args.money.cents > 1 && args.either.cents > 1 && args.either != 'x' && args.many > 1 && args.many != null")).toEqual([]);
    expect(of("args.labels.anything == 'x' && args.pair[0] == 1 && args.self.self.money.cents > 1")).toEqual([]);
    expect(of("args.money.cent > 1")).toEqual(["There is no field cent. Did you mean cents?"]);
    expect(of("args.labels.anything > 1")).toEqual(["> doesn't take a text and an int."]);
    expect(of("args.self.self.monney == 1")).toEqual(["There is no field monney. Did you mean money?"]);
  });

  it("of a rule with wildcards has to be right for one of its tools", () => {
    const many = (condition: string) => lint(`version: 1\ntools: { "*": { ask: ${JSON.stringify(condition)} } }`, { tools }).filter(({ severity }) => severity === "error"); // prettier-ignore
    expect(many("has(args.amount) && args.amount > 1")).toEqual([]);
    const closed = { a: tools.delete_user, b: tools["billing/refund"] };
    const none = lint(`version: 1\ntools: { "*": { ask: "args.amount > 'x'" } }`, {
      tools: { ...closed, send_payment: tools.send_payment },
    });
    expect(none.some(({ severity }) => severity === "error")).toBe(false);
  });
});

describe("a rule that could never do anything", () => {
  it.each([
    ["ask: 'true'", "error 4:11 This is always true. Write `ask: true`."],
    ["ask: args.amount > 1 || 2 > 1", "error 4:10 This is always true. Write `ask: true`."],
    ["ask: args.amount > 1 && false", "error 4:10 This is never true. Leave `ask` out."],
    ["ask: constants.on && args.amount > 1", "warning 5:10 This is never true. Leave `ask` out."],
    ["deny: true\nask: args.amount > 1", "error 5:10 This is never reached: `deny` denies everything."],
    ["deny: args.amount > 1\nask: args.amount > 1", "error 5:10 This is never reached: `deny` denies all that it would ask about."],
    ["deny: args.amount > 500\nask: args.amount > 1000", "error 5:10 This is never reached: `deny` denies all that it would ask about."],
    ["deny: args.amount >= 500\nask: 500 < args.amount", "error 5:10 This is never reached: `deny` denies all that it would ask about."],
    [
      "deny: args.amount <= constants.low\nask: args.amount < 5.0",
      "error 6:10 This is never reached: `deny` denies all that it would ask about.",
    ],
    ["deny: args.amount > 5\nask: args.amount == 7", "error 5:10 This is never reached: `deny` denies all that it would ask about."],
    [
      "ask: true\nreview: { expiresIn: 2h, remind: [1h, 4h] }",
      "error 5:43 This reminder comes after the request has expired. Write a shorter time, or a longer `expiresIn`.",
    ],
    [
      "ask: true\nreview: { escalate: { after: 3d, roles: [cfo] } }",
      "error 5:34 This escalation comes after the request has expired. Write a shorter time, or a longer `expiresIn`.",
    ],
    ["deny: args.amount > 1\nreview: {}", "error 5:13 `review` needs `ask` beside it: otherwise nobody is asked."],
    ["redact: [args.amount]", "error 4:5 A rule needs `ask` or `deny`: an empty one would allow everything."],
  ])("%s: %s", (rule, message) => {
    const constants = rule.includes("constants") ? "constants: { on: false, low: 5 }\n" : "";
    const text = ruleFile(rule).replace("tools:", `${constants}tools:`);
    expect(found(lint(text)).filter((line) => !line.includes("No condition reads"))).toEqual([message]);
  });

  it.each([
    "deny: args.amount > 1000\nask: args.amount > 500",
    "deny: args.amount > 500\nask: args.amount >= 500",
    "deny: args.amount > 500\nask: args.amount < 1000",
    "deny: args.amount > 500\nask: args.other > 1000",
    "deny: args.amount == 7\nask: args.amount > 5",
  ])("is not one of %s", (rule) => {
    expect(lint(ruleFile(rule))).toEqual([]);
  });

  it("names tools that don't exist, or the same tools again", () => {
    const file = (text: string) => found(lint(`version: 1\ntools:\n${text}\nreview: { roles: [finance] }`, { tools }));
    expect(file("  send_paymnet: ask")).toEqual(["error 3:3 There is no tool send_paymnet. Did you mean send_payment?"]);
    expect(file("  'delte_*': ask")).toEqual(["error 3:3 There is no tool delte_*."]);
    expect(file("  'biling/*': ask")).toEqual(["error 3:3 There is no tool biling/*."]);
    expect(
      file("  refund: ask\n  'billing/*': ask\n  '*': deny\n  '*/*': deny\n  delete_user: ask\n  send_payment: ask\n  read_report: allow"),
    ).toEqual([
      "warning 3:3 This rule is never used: each of its tools has a more specific one.",
      "warning 5:3 This rule is never used: each of its tools has a more specific one.",
      "warning 6:3 This rule is never used: each of its tools has a more specific one.",
    ]);
    expect(file("  'send_*': ask\n  'send_**': deny")).toEqual(["error 4:3 send_** names the same tools as send_*. Keep one of them."]);
  });

  it("is given schemas that are none", () => {
    const json = { type: "object" } as never;
    expect(() => lint(askFile("args.x > 1"), { tools: { send_payment: json } })).toThrow(/send_payment is not a Standard Schema/);
    expect(() => loadPolicy(askFile("args.x > 1"), { context: json })).toThrow(/context is not a Standard Schema/);
  });

  it("masks what doesn't exist", () => {
    const masks = (path: string) => lint(ruleFile(`ask: true\nredact: [${path}]`), { tools }).map(({ message }) => message);
    expect(masks("args.iben")).toEqual(["There is no args.iben."]);
    expect(masks("iban")).toEqual(["Not a path such as args.iban."]);
    expect(masks("args.items.*.prize")).toEqual(["There is no args.items.*.prize."]);
    expect(masks("args.items.price")).toEqual(["There is no args.items.price."]);
    expect(["args.iban", "args.items", "args.items.*", "args.items.*.price", "args.items.0.price", "args.*"].flatMap(masks)).toEqual([]);
    expect(lint(ruleFile("ask: true\nredact: [args.iban, args.iben]"), { tools })).toMatchObject([
      { severity: "error", line: 5, column: 25 },
    ]);
  });

  it("reads no constant", () => {
    expect(
      found(lint("version: 1\nconstants: { a: 1, b: 2 }\ntools: { t: { ask: args.n > constants.b } }\nreview: { roles: [finance] }")),
    ).toEqual(["warning 2:14 No condition reads constants.a. Leave it out, or use it."]);
  });
});
