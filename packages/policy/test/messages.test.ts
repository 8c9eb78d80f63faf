// What somebody reads who made a frequent mistake: what to write instead, on one line.
import { describe, expect, it } from "vitest";
import { lint, loadPolicy, policyFile, testPolicy } from "../src/index.ts";
import { askFile, ruleFile } from "./tools.ts";

const right = "- call: { tool: t, args: {} }\n  expect: ask\n";
const said = (text: string) => lint(text).flatMap(({ severity, message }) => (severity === "error" ? [message] : []));

describe("a condition", () => {
  it.each([
    ['a > 1 and b === "x"', "CEL writes `&&`, not `and`, and `==`, not `===`."],
    ["args.a == 1 OR args.b == 2", "CEL writes `||`, not `OR`."],
    ["not args.a", "CEL writes `!`, not `not`."],
    ["args.a = 1", "CEL writes `==`, not `=`."],
    ["args.a !== 1", "CEL writes `!=`, not `!==`."],
    ["args.a <> 1", "CEL writes `!=`, not `<>`."],
    ["args.a & args.b", "CEL writes `&&`, not `&`."],
    ["args.a | args.b", "CEL writes `||`, not `|`."],
    ["args.a is null", "CEL writes `==`, not `is`."],
    ["args.a not in ['x']", "CEL writes `!(… in …)`, not `not in`."],
    ["args.a in ('x', 'y')", 'CEL writes lists in brackets: `in ["a", "b"]`.'],
    ["args.a =~ 'x'", "CEL writes `.matches(…)`, not `=~`."],
    ["args.a.startsWith('drop'", "A `)` is missing after 'drop'."],
    ['args.a.startsWith("drop"', 'A `)` is missing after "drop".'],
    ["args.list[0 > 1", "A `]` is missing after 1."],
    ["(args.a > 1))", "There is a `)` too many."],
    ["args.a == [1)", "`]` is needed here, not `)`."],
    ['args.a == "x', 'A closing " is missing.'],
    ["args.a == 'x", "A closing ' is missing."],
    ["args.a == “x”", "Put texts between `\"` or `'`."],
    ["args.a > 1,000", "Write the number without separators: `1000`."],
    ["args.a => 3", "CEL has no `=>`. Write `>=` for at least, and `list.exists(x, x > 1)` for a loop."],
    ["args.a >", "Something is missing after `>`."],
    ["args.a && && args.b", "Something is missing after `&&`."],
    ["> 3", "Something is missing before `>`."],
    ["if args.a > 1", "A condition is one expression that is true or false. `a ? b : c` chooses."],
    ["args.a > 1;", "A condition is one expression: leave out the `;`."],
    ["{{ args.a }}", "A condition is an expression already: leave the braces out."],
    ["args.a > 1000 EUR", "CEL can't read the condition from here on: `EUR`."],
    ["args.a == None", "There is no None here. CEL writes `null`."],
    ["args.a == True", "There is no True here. CEL writes `true`."],
    ["args.a.includes('x')", "There is no function includes. CEL writes `contains`."],
    ["len(args.a) > 3", "There is no function len. CEL writes `size`."],
    ["amount > 3", 'There is no amount here. Write args.amount for an argument, "amount" for a text.'],
  ])("%s", (condition, message) => {
    expect(said(askFile(condition))).toEqual([message]);
  });

  it.each(["args.text == 'a and b = c & d'", "args.and == 1 && args.or == 2", 'args.x == "it\'s (fine"'])(
    "%s is none of them",
    (condition) => {
      expect(said(askFile(condition))).toEqual([]);
    },
  );
});

describe("a rule", () => {
  it.each([
    ["aks: true", "There is no setting aks here. Did you mean ask?"],
    ["allow: args.amount < 10", "A rule allows what neither `deny` nor `ask` holds for. Write the opposite condition under `ask`."],
    ['ask: args.x == "a: b"', "Put the condition in quotes: it contains `: `."],
    ["ask: !has(args.x)", "`!` begins a YAML tag. Put a condition that begins with it in quotes."],
    [
      `ask: "x" == args.x`,
      "A condition that begins with a quote ends with the next one. Put the whole condition in quotes of the other kind.",
    ],
    ["ask: > 3", "Put the condition in quotes: it begins with `>`."],
    ["ask: %x", "Put the condition in quotes: it begins with `%`."],
    ['ask: "args.x > 1', 'A closing " is missing.'],
    ["ask: {args.x > 1}", "Write the condition without the braces: `ask: args.x > 1`."],
    [
      "ask: [args.x > 1, args.y > 1]",
      "Write one condition: `ask: args.a > 1 && args.b > 1`, with `&&` for and, `||` for or. For several ways to ask, write a list of `- when: …`.",
    ],
    ["ask: yes", "Write `ask: true`, or a condition."],
    ["ask: always", "Write `ask: true`, or a condition."],
    ["ask:", "Write `ask: true`, or a condition."],
    ["ask: 1", "Write `ask: true`, or a condition."],
    ["ask: no", "Leave `ask` out, or write a condition."],
    ["deny: off", "Leave `deny` out, or write a condition."],
    ["ask: { when: args.x > 1 }", "`reason` is missing. Write `{ when: …, reason: … }`."],
    ["ask: { when: args.x > 1, because: much }", "There is no setting because here. There are when, reason."],
    ["when: args.x > 1\nask: true", "Write when under ask or deny: `ask: { when: …, reason: … }`."],
    ["ask: true\nroles: [finance]", "Write roles under review."],
    ["ask: true\nreview: finance", "`review` is a map. Write `review: { roles: [finance] }`."],
    ["ask: true\nreview: { roles: finance }", "Write `roles: [finance]`."],
    ["ask: true\nreview: { decisions: [approved] }", "Write `approve`, `edit` or `reject`. Did you mean approve?"],
    ["ask: true\nreview: { quorum: 0 }", "`quorum` is a whole number, 1 or more."],
    ["ask: true\nreview: { quorum: two }", "`quorum` is a whole number, or a list of groups: `quorum: [{ roles: [finance], count: 2 }]`."],
    ["ask: true\nreview: { fourEyes: yes }", "Write `fourEyes: true`."],
    ["ask: true\nreview: { four_eyes: true }", "There is no setting four_eyes here. Did you mean fourEyes?"],
    ["ask: true\nreview: { expiresIn: 2 days }", "Write `expiresIn: 2d`."],
    ["ask: true\nreview: { expiresIn: 1 week }", "Write `expiresIn: 7d`."],
    ["ask: true\nreview: { expiresIn: soon }", "Write a duration such as `expiresIn: 90s`, `15m`, `48h` or `3d`."],
    ["ask: true\nreview: { expiresIn: 0h }", "Write a duration such as `expiresIn: 90s`, `15m`, `48h` or `3d`."],
    [
      "ask: true\nreview: { expiresIn: 99999d }",
      "Write a duration such as `expiresIn: 90s`, `15m`, `48h` or `3d`. It is `36500d` at most.",
    ],
    ["ask: true\nreview: { remind: 1h }", "Write `remind: [1h]`."],
    ["ask: true\nreview: { remind: [90 min] }", "Write `90m`."],
    ["ask: true\nreview: { quorum: [{ roles: finance }] }", "Write `roles: [finance]`."],
    ["ask: true\nreview: { quorum: [{ roles: [a], count: 0 }] }", "`count` is a whole number, 1 or more."],
    ["ask: true\nreview: { quorum: [{ roles: [a], fourEyes: true }] }", "Write fourEyes under review, beside quorum."],
    ["ask: true\nreview: { confirm: true }", "`confirm` is a path, or a list of paths: `confirm: args.amount`."],
    ["ask: true\nreview: { confirm: [args.a, b] }", "Not a path such as args.amount."],
    ["ask: [{ when: args.x > 1, deny: true }]", "A tier asks. Write `deny` beside `ask`, as a setting of the tool."],
    ["ask: true\ndescribe: { title: Pay ${ args.x } }", "Put the text in quotes: within `{ }` and `[ ]`, YAML takes no `${` without them."],
    ["ask: true\ndescribe:\n  title: {args.x}", "`title` is a text. Put it in quotes."],
    ["ask: true\nredact: args.iban", "Write `redact: [args.iban]`."],
    ["ask: true\nidempotent: yes", "Write `idempotent: true`."],
    ["ask: true\nask: true", "ask is here twice. Keep one of them."],
    ["ask: args.x > 1\n deny: args.y > 1", "Begin `deny` in the same column as `ask`."],
    ["\task: true", "Indent with blanks: YAML takes no tabs."],
  ])("%s", (rule, message) => {
    expect(said(ruleFile(rule))[0]).toBe(message);
  });

  it.each(["aks: true", "allow: args.x > 1", "ask: { if: args.x > 1, reason: r }", "ask: true\ndescribe: { title: ${args.x}, risk: low }"])(
    "%s is one mistake",
    (rule) => {
      expect(said(ruleFile(rule))).toHaveLength(1);
    },
  );
});

describe("a file", () => {
  it.each([
    ["tools: { pay: ask }", "Begin the file with `version: 1`."],
    ["version: 2\n", "Write `version: 1`. This package reads that version only."],
    ["", "A policy file is a map. Begin the file with `version: 1`."],
    ["version:1\ntools: {}\n", "Write `name: value`: the `:` is missing, or the blank after it."],
    ["version: 1\ntools:\n  pay:\n  ask: args.x > 1\n", "Indent `ask` deeper than `pay`."],
    [
      // Nothing may let this rule be passed over: the default would hold for its tool.
      "version: 1\ndefault: allow\ntools:\n  pay:\n  ask: ask\n",
      "`pay` is empty. Indent its settings deeper than its name, or write `pay: allow`, `pay: ask` or `pay: deny`.",
    ],
    ["version: 1\ntools:\n", "`tools` is empty. Indent the tools deeper than `tools:`, or leave it out."],
    ["version: 1\ntools:\n  - pay: ask\n", "`tools` is a map of rules by tool. Write `send_payment: ask`, without a `-`."],
    ["version: 1\ntools:\n  pay:ask\n", "`tools` is a map of rules by tool. Write `send_payment: ask`, with a blank after the `:`."],
    [
      "version: 1\ntools: { pay: alow }\n",
      "Write `pay: allow`, `pay: ask` or `pay: deny`, or a map with `ask` or `deny`. Did you mean allow?",
    ],
    ["version: 1\ndefault: yes\n", "Write `default: allow`, `default: ask` or `default: deny`."],
    ["version: 1\ntool: { pay: ask }\n", "There is no setting tool here. Did you mean tools?"],
    [
      "version: 1\nrules: { pay: ask }\n",
      "There is no setting rules here. There are version, include, default, constants, review, remember, always, tools.",
    ],
    ["version: 1\ntools: { pay: ask\n", "A closing `}` is missing."],
    ["version: 1\ntools:\n  pay:\n    ask: true\n   deny: true\n", "Begin all settings of one rule, and all tools, in the same column."],
  ])("%j", (text, message) => {
    expect(said(text)).toEqual([message]);
  });

  it("is refused with its name, its place and what to write", () => {
    expect(() => loadPolicy(ruleFile("aks: true"), { path: "policy.yaml" })).toThrow(
      "The file can't be used: \n  policy.yaml:4:5: error: tools.send_payment.aks: There is no setting aks here. Did you mean ask?",
    );
  });
});

describe("cases", () => {
  const policy = loadPolicy("version: 1\n");
  it.each([
    [
      "- name: no arguments\n  call: { tool: t, args: }\n  expect: ask\n",
      'Case 2 ("no arguments"): `args` must be a map; write `{}` for none.',
    ],
    ["- call: { tool: t }\n  expect: ask\n", "Case 2: `args` must be a map; write `{}` for none."],
    ["- call: { tool: t, args: {} }\n  expect: approve\n", "Case 2: Write `allow`, `ask`, `deny` or `invalid`."],
    ["- call: { tool: t, args: {} }\n  expects: ask\n", "Case 2: There is no setting expects here. Did you mean expect?"],
    ["- call: { tool: t, args: {} }\n", "Case 2: `expect` is missing. Write `expect: ask`, `allow`, `deny` or `invalid`."],
    ["- tool: t\n  expect: ask\n", "Case 2: Write tool under call."],
    ["- call: { tool: t, args: {}, requestedBy: { id: bob, roles: cfo } }\n  expect: ask\n", "Case 2: Write `roles: [cfo]`."],
  ])("%j", (text, message) => {
    expect(() => testPolicy(policy, right + text, "cases.yaml")).toThrow(message);
  });
  it("that are no list", () => {
    expect(() => testPolicy(policy, "cases: []")).toThrow("Write a list of cases: `- call: { tool: send_payment");
  });
});

it("what is no text, or no policy, is said with what to pass", () => {
  expect(() => loadPolicy(undefined as never)).toThrow('loadPolicy(readFileSync("policy.yaml", "utf8"))');
  expect(() => loadPolicy("version: 1\n", { pat: "policy.yaml" } as object)).toThrow("loadPolicy has no option pat. Did you mean path?");
  expect(() => policyFile(undefined as never)).toThrow('policyFile("policy.yaml")');
  expect(() => testPolicy(loadPolicy("version: 1"), undefined as never)).toThrow("testPolicy(policy, text)");
  expect(() => testPolicy({} as never, right)).toThrow("Pass a policy: what definePolicy, loadPolicy, policyFile or shadow gives.");
});
