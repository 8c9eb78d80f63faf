// Whatever the text: an error with its place, soon, and never anything else.
import { isCountersignError, type CountersignError } from "@countersign/core";
import { assert, constantFrom, letrec, oneof, property, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { explain, lint, loadPolicy } from "../src/index.ts";
import { askFile, ruleFile } from "./tools.ts";

/** How long this process has worked until now, in ms: what others do on the machine doesn't count. */
function worked(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function errorOf(text: string): CountersignError<"POLICY_INVALID"> {
  try {
    loadPolicy(text, { path: "policy.yaml" });
  } catch (error) {
    if (isCountersignError(error, "POLICY_INVALID")) return error;
    throw error;
  }
  throw new Error("it was taken");
}

describe("a file", () => {
  it.each<[string, string, number, number, RegExp]>([
    ["that is empty", "", 1, 1, /Begin the file with `version: 1`/],
    ["of comments", "# nothing\n", 1, 1, /Begin the file with `version: 1`/],
    ["that is a text", "allow everything", 1, 1, /a map/],
    ["that is a list", "- version: 1", 1, 1, /a map/],
    ["that doesn't parse", "version: 1\ntools: { a: ask\nb: 1\n", 3, 1, /./],
    ["without a version", "tools: { a: ask }", 1, 1, /version/],
    ["of another version", "version: 2\n", 1, 10, /Write `version: 1`/],
    ["of version '1'", "version: '1'\n", 1, 10, /Write `version: 1`/],
    ["with a key twice", "version: 1\ntools: { a: ask, a: allow }\n", 2, 18, /a is here twice/],
    ["with version twice", "version: 1\nversion: 1\n", 2, 1, /twice/],
    ["with a second document", "version: 1\n---\nversion: 1\n", 2, 1, /second one begins/],
    ["with a key that is a list", "version: 1\n? [a]\n: 1\n", 2, 3, /plain text/],
    ["with a merge key", "version: 1\ntools: { a: { <<: {}, ask: true } }\n", 2, 15, /no setting <</],
    ["with a condition that is a tag", "version: 1\ntools: { a: { ask: !has(args.x) } }\n", 2, 20, /in quotes/],
    ["with a tag of another kind", "version: 1\ntools: !!js/function 'x'\n", 2, 8, /in quotes/],
    ["with rules in an ordered map", "version: 1\ndefault: allow\ntools: !!omap [a: deny]\n", 3, 15, /tag out/],
    ["with rules in a set", "version: 1\ndefault: allow\ntools: !!set { a }\n", 3, 14, /tag out/],
    ["with an unknown anchor", "version: 1\ntools: *x\n", 2, 8, /named &x/],
    ["with tools in a list", "version: 1\ntools: [a, b]\n", 2, 8, /map of rules/],
    ["with a tool without a name", "version: 1\ntools: { '': ask }\n", 2, 10, /Not a tool name/],
    ["with a tool's name of two words", "version: 1\ntools: { a b: ask }\n", 2, 10, /Not a tool name/],
    ["with a rule that is nothing", "version: 1\ntools: { a: }\n", 2, 13, /`a` is empty/],
    ["with a condition that is a number", "version: 1\ntools: { a: { ask: 1 } }\n", 2, 20, /Write `ask: true`/],
    ["with ask: false", "version: 1\ntools: { a: { ask: false } }\n", 2, 20, /Leave `ask` out/],
    ["with an empty condition", "version: 1\ntools: { a: { ask: '' } }\n", 2, 20, /empty condition/i],
    ["with a condition that doesn't parse", "version: 1\ntools: { a: { ask: 'args.x >' } }\n", 2, 28, /missing after `>`/],
    ["with a constant that isn't a number", "version: 1\nconstants: { a: .nan }\n", 2, 17, /./],
    ["with a constant without an end", "version: 1\nconstants: { a: .inf }\n", 2, 17, /./],
    ["with a constant beyond exactness", "version: 1\nconstants: { a: 12345678901234567890 }\n", 2, 17, /not exact/],
    ["with a constant that no expression can say", "version: 1\nconstants: { 'a-b': 1, __proto__: 2 }\n", 2, 14, /letter/],
  ])("%s", (_, text, line, column, message) => {
    const { details, message: said } = errorOf(text);
    expect({ line: details.line, column: details.column }).toEqual({ line, column });
    expect(said).toMatch(message);
    expect(said).toContain(`policy.yaml:${line}:${column}: error:`);
  });

  it("has all its mistakes in one error", () => {
    const { details, message } = errorOf(
      "version: 1\ntools:\n  a: { aks: true }\n  b: { ask: arg.x > 1 }\n  c: { ask: true, review: { quorum: 0 } }\n",
    );
    expect(details.problems?.map(({ path, line }) => `${line} ${path}`)).toEqual(["3 tools.a.aks", "4 tools.b.ask", "5 tools.c.review.quorum"]); // prettier-ignore
    expect(message.split("\n")).toHaveLength(4);
  });

  it("of any text has an answer", () => {
    const alphabet = [
      ...Array.from("[]{}:,-?*&!|>'\"#%@`\n  ab1<.()="),
      "version: 1\n",
      "tools:",
      "\t",
      "\r",
      "\\",
      "__proto__",
      "\u{2028}",
      "\0",
      "😀",
    ];
    assert(
      property(string({ unit: constantFrom(...alphabet), maxLength: 60 }), (text) => {
        const sources = [
          ...[text, `version: 1\n${text}`, `version: 1\ntools:\n  t:\n    ask: ${text}`, askFile(text || "x")],
          ...[`version: 1\ninclude: ${text}`, `version: 1\nalways:\n- ${text}`, `version: 1\nalways: [{ deny: true, when: ${text} }]`],
          ...[ruleFile(`ask: true\ndescribe: ${text}`), ruleFile(`ask:\n- reason: ${JSON.stringify(`\${${text}}`)}`)],
        ];
        for (const source of sources) {
          for (const { line, column } of lint(source)) {
            expect(line).toBeGreaterThan(0);
            expect(column).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 400, seed: 20261124 },
    );
  });
});

describe("a condition", () => {
  it("of any words has an answer, and explaining it too", () => {
    const path = constantFrom("args.a", "args.b", "args", "x", "context.a", "args['a']", "args.b[0]", "namespace", "tool", "requestedBy.id", "history.count()", "history.sum('args.a')"); // prettier-ignore
    const leaf = oneof(path, constantFrom("1", "2.5", "'a'", "null", "true", "[]", "[1, 'a']", "{'a': 1}", "1u", "b'a'", "timestamp('2026-01-01T00:00:00Z')", "int")); // prettier-ignore
    const { texts } = letrec<{ texts: string }>((tie) => ({
      texts: oneof(
        { maxDepth: 3, depthSize: "small" },
        leaf,
        tuple(tie("texts"), constantFrom("==", "!=", ">", "<=", "in", "&&", "||", "+", "-", "*", "/", "%"), tie("texts")).map(
          ([l, o, r]) => `(${l} ${o} ${r})`,
        ),
        tuple(path, constantFrom("all", "exists", "exists_one", "map", "filter"), tie("texts")).map(
          ([p, loop, body]) => `${p}.${loop}(x, ${body})`,
        ),
        tuple(constantFrom("!", "-", "size", "type", "string", "int", "double", "has", "dyn"), tie("texts")).map(
          ([f, of]) => `${f}(${of})`,
        ),
        tuple(tie("texts"), constantFrom(".size()", ".matches('a+')", ".startsWith('a')", ".a", "[0]", "['a']")).map(
          ([of, method]) => `${of}${method}`,
        ),
        tuple(tie("texts"), tie("texts"), tie("texts")).map(([c, t, f]) => `(${c} ? ${t} : ${f})`),
      ),
    }));
    let loaded = 0;
    assert(
      property(texts, texts, (deny, ask) => {
        for (const rule of [
          `ask: ${JSON.stringify(ask)}`,
          `deny: ${JSON.stringify(`args.a > 1 || (${deny})`)}\nask: ${JSON.stringify(`args.b == 2 && (${ask})`)}`,
        ]) {
          if (lint(ruleFile(rule)).some(({ severity }) => severity === "error")) continue;
          loaded++;
          const policy = loadPolicy(ruleFile(rule));
          for (const args of [{}, { a: 1, b: 2 }, { a: [1, "a"], b: { a: null } }]) {
            const { verdict } = explain(policy, { tool: "send_payment", args });
            expect(verdict).toEqual(policy.check({ tool: "send_payment", args }));
          }
        }
      }),
      { numRuns: 500, seed: 20261124 },
    );
    expect(loaded).toBeGreaterThan(15);
  });
});

describe("a text built to take for ever", () => {
  const MB = 1024 * 1024;
  it.each<[string, () => string, RegExp]>([
    ["10 MB", () => `version: 1\n# ${"x".repeat(10 * MB)}`, /larger than 1024 KB/],
    ["aliases of aliases", () => `version: 1\nconstants:\n  a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from("bcdefghi").map((c, i) => `  ${c}: &${c} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`).join("\n")}`, /aliases/], // prettier-ignore
    ["many aliases", () => `version: 1\nconstants: { a: &a [x], b: [${Array(5_000).fill("*a").join(",")}] }`, /anchors and aliases/],
    ["lists in lists", () => `version: 1\nconstants: { a: ${"[".repeat(20_000)}`, /deeper than/],
    ["maps in maps", () => `version: 1\nconstants: ${"{ a: ".repeat(20_000)}`, /deeper than/],
    ["lists in lists, in blocks", () => `version: 1\nconstants:\n  a:\n    ${"- ".repeat(50_000)}x`, /deeper than/],
    ["keys in keys", () => `version: 1\n${"? ".repeat(50_000)}x`, /deeper than/],
    ["anchors", () => `version: 1\nconstants: ${"&a ".repeat(30_000)}`, /anchors/],
    ["a long text", () => `version: 1\nconstants: { a: "${"x\n  ".repeat(50_000)}" }`, /longer than/],
    ["a long condition", () => askFile(`args.x == '${"x".repeat(5_000)}'`), /longer than 4096/],
    ["brackets in brackets", () => askFile(`${"(".repeat(1_500)}args.x${")".repeat(1_500)}`), /deeper than/],
    ["lists in lists in a condition", () => askFile(`args.x == ${"[".repeat(1_500)}1${"]".repeat(1_500)}`), /deeper than/],
    ["conditionals", () => askFile(`${"args.x ? true : ".repeat(200)}false`), /deeper than/],
    ["an endless sum", () => askFile(`${"1 + ".repeat(1_000)}args.x > 1`), /deeply/],
    ["loops in loops", () => askFile("args.x.all(a, args.x.all(b, args.x.all(c, c != a)))"), /Loops/],
    ["a regular expression of regular expressions", () => askFile("args.x.matches('((((x{100}){100}){100}){100})')"), /RE2/],
  ])("%s", (_, text, message) => {
    const began = worked();
    expect(errorOf(text()).message).toMatch(message);
    expect(worked() - began).toBeLessThan(5_000);
  });

  it("20,000 rules are read in time that grows with their number", () => {
    const timeFor = (count: number): number => {
      const began = worked();
      const policy = loadPolicy(`version: 1\ntools:\n${Array.from({ length: count }, (_, index) => `  t${index}: ask\n`).join("")}`);
      expect(policy.check({ tool: `t${count - 1}`, args: {} })).toMatchObject({ type: "ask", rule: `t${count - 1}` });
      return worked() - began;
    };
    // Ten times as many: with the square of their number it would take a hundred times as long.
    expect(timeFor(2_000) * 50).toBeGreaterThan(timeFor(20_000));
  });
});

describe("a call built to take for ever", () => {
  const check = (condition: string, args: object) => {
    const policy = loadPolicy(askFile(condition));
    const began = worked();
    const verdict = policy.check({ tool: "send_payment", args });
    return { type: verdict.type, took: worked() - began };
  };

  it.each(["(a+)+$", "^(a|aa)+$", "(.*a){20}c", "(a|b)*a(a|b){20}c", "^(([a-z])+.)+[A-Z]([a-z])+$"])(
    "meets %s in linear time",
    (pattern) => {
      const { type, took } = check(`args.text.matches('${pattern}')`, { text: `${"a".repeat(100_000)}!` });
      expect(type).toBe("allow");
      expect(took).toBeLessThan(2_000);
    },
  );

  it("holds when it would look at too much", () => {
    const items = Array.from({ length: 100_000 }, (_, index) => index);
    const quadratic = check("args.items.all(x, args.items.all(y, x != y || x == y))", { items });
    expect(quadratic.type).toBe("ask");
    expect(quadratic.took).toBeLessThan(5_000);
    expect(check("args.items.filter(x, x > 1).all(x, x < 1000000)", { items }).type).toBe("ask");
    expect(check("args.items.filter(x, x < 1).all(x, x > 1000000)", { items }).type).toBe("allow");
  });

  it("holds when it nests too deeply", () => {
    let args: object = {};
    for (let depth = 0; depth < 20_000; depth++) args = { a: args, b: [args] };
    expect(check("args == args.a", args).type).toBe("ask");
    expect(check("args.a == {}", args).type).toBe("allow");
  });
});

describe("names that JavaScript knows", () => {
  it("are names like any other", () => {
    const policy = loadPolicy(
      '{"version": 1, "tools": {"__proto__": "deny", "constructor": "allow", "toString": {"ask": "args.__proto__ > 1"}}}',
    );
    const of = (tool: string, args = {}) => policy.check({ tool, args }).type;
    expect([of("__proto__"), of("constructor"), of("toString"), of("hasOwnProperty")]).toEqual(["deny", "allow", "ask", "ask"]);
    expect(of("toString", JSON.parse('{"__proto__": 1}'))).toBe("allow");
    expect(({} as Record<string, unknown>)["deny"]).toBeUndefined();
  });

  it("are no settings", () => {
    for (const key of ["__proto__", "constructor", "toString"]) {
      expect(errorOf(`version: 1\n${key}: { polluted: true }\n`).message).toContain(`no setting ${key}`);
      expect(errorOf(ruleFile(`ask: true\n${key}: { polluted: true }`)).message).toContain(`no setting ${key}`);
      expect(errorOf(ruleFile(`ask: true\nreview: { ${key}: { polluted: true } }`)).message).toContain(`no setting ${key}`);
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
