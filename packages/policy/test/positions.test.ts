// Where a mistake is, whatever way its text stands in the file: the character itself, not the line's beginning.
import { describe, expect, it } from "vitest";
import { lint } from "../src/index.ts";

/** The character that a problem points at, and what follows it. */
function pointedAt(text: string): string {
  const problem = lint(text).find(({ severity }) => severity === "error");
  if (!problem) throw new Error("no problem found");
  return `${(text.split("\n")[problem.line - 1] ?? "").slice(problem.column - 1)}|`.slice(0, 6);
}

describe("an expression", () => {
  it.each([
    ["plain", "ask: args.a > wrong.b\n"],
    ["plain, over lines", "ask:\n      args.a > 1\n      &&    wrong.b > 1\n"],
    ["in single quotes", "ask: 'args.a == ''its'' || wrong.b > 1'\n"],
    ["in single quotes, over lines", "ask: 'args.a == ''x''\n\n      ||\n      wrong.b > 1'\n"],
    ["in double quotes", 'ask: "args.a == \\"\\u00e4\\x41\\U0000005A\\t\\" || wrong.b > 1"\n'],
    ["in double quotes, over lines", 'ask: "args.a > 1 ||\\\n      \\  wrong.b > 1"\n'],
    ["literal", "ask: |\n      args.a > 1\n        || wrong.b > 1\n"],
    ["literal, with a header and a comment", "ask: |2- # > wrong\n       args.a > 1 ||\n        wrong.b > 1\n"],
    ["folded", "ask: >-\n\n      args.a > 1 ||\n\n      wrong.b > 1\n"],
    ["with an anchor and a tag", "ask: &condition !!str args.a > wrong.b\n"],
    ["in an object", "ask: { reason: r, when: args.a > wrong.b }\n"],
    ["after other letters than ASCII", "ask: args.a == '😀ä' || wrong.b > 1\n"],
    ["with line ends of Windows", "ask: |\r\n      args.a > 1 ||\r\n      wrong.b > 1\r\n"],
  ])("%s", (_, rule) => {
    expect(pointedAt(`version: 1\ntools:\n  pay:\n    ${rule}`)).toBe("wrong.");
  });

  it("that ends too early", () => {
    expect(pointedAt("version: 1\ntools:\n  pay:\n    ask: args.a > # more\n")).toBe("> # mo");
  });

  it("through an alias is where the text stands", () => {
    expect(pointedAt("version: 1\ntools:\n  a:\n    ask: &big args.n > wrong.b\n  b:\n    ask: *big\n")).toBe("wrong.");
  });
});

describe("a setting", () => {
  it.each([
    ["unknown", "version: 1\ntools:\n  pay:\n    aks: true\n", "aks: t"],
    ["unknown at the top", "version: 1\ntool: {}\n", "tool: "],
    ["unknown in the terms", "version: 1\nreview: { role: [x] }\n", "role: "],
    ["wrong", "version: 1\nreview: { quorum: none }\n", "none }"],
    ["of a wrong kind", "version: 1\ntools: { pay: maybe }\n", "maybe "],
    ["missing", "version: 1\ntools:\n  pay: { idempotent: true }\n", "{ idem"],
    ["there twice", "version: 1\ntools:\n  pay: ask\n  pay: allow\n", "pay: a"],
    ["in a list", "version: 1\nreview: { remind: [1h, soon] }\n", "soon] "],
    ["in JSON", '{"version": 1, "tools": {"pay": {"ask": "args.a > wrong.b"}}}', "wrong."],
    ["that core refuses", "version: 1\ntools: { a.b: { ask: true, review: { reviewers: [x], quorum: 2 } } }\n", "2 } } "],
    [
      "that terms from above make impossible",
      "version: 1\nreview: { quorum: 2 }\ntools: { a.b: { ask: true, review: { reviewers: [x] } } }\n",
      "{ revi",
    ],
  ])("%s", (_, text, place) => {
    expect(pointedAt(text)).toBe(place);
  });
});
