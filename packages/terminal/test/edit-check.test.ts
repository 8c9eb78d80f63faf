// What somebody made of a draft: what the schema says beside it, and what is wrong with it, where.
import type { JsonObject } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkDraft } from "../src/edit/check.ts";
import { draftOf } from "../src/edit/draft.ts";
import { mistakeText } from "../src/edit/notes.ts";
import { readDraft } from "../src/edit/read.ts";
import { requestFor } from "./support/request.ts";

const schema = z.object({
  recipient: z.string().min(1).max(35).describe("Who gets the money.\nAs on the invoice."),
  amount: z.number().min(0.01).max(10_000).multipleOf(0.01),
  count: z.int().optional(),
  currency: z.enum(["USD", "EUR"]).default("USD"),
  iban: z.string().min(22).optional(),
  email: z.email().nullable().optional(),
  memo: z.string().optional().describe("Shown to \u202ethe recipient."),
  lines: z.array(z.object({ sku: z.string().describe("Stock number."), qty: z.int().positive(), note: z.string().optional() })).max(50),
});
const jsonSchema = z.toJSONSchema(schema, { io: "input" }) as JsonObject;
const args = { lines: [{ sku: "A1", qty: 1 }, { sku: "B", qty: 2, note: "no" }], amount: 4_200, recipient: "Acme Corp" }; // prettier-ignore

const mistakesIn = (text: string, of: JsonObject = args, argsSchema = jsonSchema): readonly string[] => {
  const checked = checkDraft(text, requestFor(of, argsSchema));
  if (checked.type === "nothing") return ["nothing"];
  return (checked.type === "args" ? checked.unknown : checked.mistakes).map(mistakeText);
};

describe("a draft", () => {
  it("has the schema's order, descriptions and limits, and a line for each optional field", () => {
    const [, body] = draftOf(requestFor(args, jsonSchema)).split("\n\n");
    expect(body).toBe(`# Who gets the money.
# As on the invoice.
# 1 to 35 characters
recipient: Acme Corp
# number; from 0.01 to 10000; in steps of 0.01
amount: 4200
# whole number; optional
# count: …
# one of "USD", "EUR"; default "USD"; optional
# currency: "USD"
# text; at least 22 characters; optional
# iban: …
# text or null; as in email; optional
# email: …
# Shown to \\u{202e}the recipient.
# text; optional
# memo: …
# at most 50 entries
lines:
  - # Stock number.
    sku: A1
    # whole number; more than 0
    qty: 1
    # text; optional
    # note: …
  - sku: B
    qty: 2
    note: "no"
# The end of the arguments.
`);
  });

  it("says what it is about, and that masks may stay", () => {
    const request = requestFor({ ...args, iban: "•••" }, jsonSchema);
    const draft = draftOf(request);
    expect(draft).toContain(`# pay\n# request ${request.id}, digest ${request.proposal.digest}\n`);
    expect(draft).toContain('iban: "•••" # hidden: leave it, and it keeps its value');
    expect(checkDraft(draft, request)).toMatchObject({ type: "args", args: { iban: "•••" }, unknown: [] });
  });

  it("writes texts with line breaks as blocks, and what a block can't show within quotes", () => {
    const body = draftOf(
      requestFor({ a: "Dear all,\n\n  code\n\tand a tab\n", b: "  x\ny", c: "x\n\n", d: "x \ny", e: "x\r\ny", f: "\u202ex" }),
    );
    expect(body).toContain("a: |\n  Dear all,\n\n    code\n  \tand a tab\n");
    expect(body).toContain("b: |2-\n    x\n  y\n");
    expect(body).toContain("c: |+\n  x\n\n");
    expect(body).toContain('d: "x \\n\\\n  y"');
    expect(body).toContain('e: "x\\r\\n\\\n  y"');
    expect(body).toContain('f: "\\u202ex"');
  });
});

describe("what is wrong", () => {
  const draft = draftOf(requestFor(args, jsonSchema));

  it("is told by line and path", () => {
    expect(mistakesIn(draft.replace("amount: 4200", "amount: lots").replace("qty: 2", "qty: -2"))).toEqual([
      "Line 13, amount: Expected number, received string.",
      "Line 34, lines[2].qty: Too small: expected number to be >0.",
    ]);
    expect(mistakesIn(draft.replace("recipient: Acme Corp\n", ""))).toEqual(["Line 12, recipient: The field recipient is missing."]);
    expect(mistakesIn(draft.replace("# memo: …", "memo: …"))).toEqual([
      "Line 24, memo: Write a value in the place of …, or take the line out.",
    ]);
  });

  it("is a field that the tool doesn't know, with the one that was meant", () => {
    const misspelt = draft.replace("# memo: …", "mmeo: hello");
    expect(mistakesIn(misspelt)).toEqual([
      "Line 24, mmeo: The tool has no field mmeo. Did you mean memo? It may be dropped before it reaches the tool.",
    ]);
    const closed = z.toJSONSchema(schema.strict(), { io: "input" }) as JsonObject;
    expect(checkDraft(misspelt, requestFor(args, closed)).type).toBe("mistakes");
    expect(mistakesIn(misspelt, args, closed)).toEqual(["Line 24, mmeo: The tool has no field mmeo. Did you mean memo?"]);
    const nested = draft.replace("    # note: …", "    ntoe: x");
    expect(mistakesIn(nested)[0]).toContain("lines[1].ntoe: The tool has no field ntoe. Did you mean note?");
    // What was proposed with it is no news.
    expect(mistakesIn(draftOf(requestFor({ ...args, extra: 1 }, jsonSchema)), { ...args, extra: 1 })).toEqual([]);
    const free = { type: "object", properties: { map: { type: "object", additionalProperties: { type: "string" } } } };
    expect(mistakesIn("map:\n  any: x\n", {}, free)).toEqual([]);
  });

  it.each([
    ["a: 1\nb: 2\na: 3", 3, "This key is here twice."],
    ["a: &x 1", 1, "`&` begins an anchor"],
    ["a: &x 1\nb: *x", 1, "`&` begins an anchor"],
    ["a: *x", 1, "`*` begins an alias"],
    ["a: !!str 1", 1, "`!` begins a tag"],
    ["a: !x 1", 1, "`!` begins a tag"],
    ["<<: { a: 1 }", 1, "`<<` would merge"],
    ["__proto__: { a: 1 }", 1, "No argument can have this name."],
    ["a: { __proto__: 1 }", 1, "No argument can have this name."],
    ["? [a]\n: 1", 1, "Write a plain text as the key"],
    [": 1", 1, "Write a plain text as the key"],
    ["a: 1\n---\nb: 2", 2, "begins another document"],
    ["a: 1\n- b", 2, ""],
    ["a:\n\tb: 1", 2, "YAML takes no tabs"],
    ["a: b: c", 1, "Put the value in quotes"],
    ["a: @b", 1, "begins with `@`"],
    ['a: "b', 1, ""],
    ["a", 1, "The arguments must be a map"],
    ["- a", 1, "The arguments must be a map"],
    ["a: .inf", 1, ".inf is no number in JSON."],
    ["a: .NaN", 1, ".NaN is no number in JSON."],
    ["a: 9223372036854775807", 1, "it would become 9223372036854776000"],
    ["a: 0xfffffffffffffffff", 1, "A number keeps about 16 digits"],
    ["a: 1e999", 1, "A number keeps about 16 digits"],
    ["a: 1e-999", 1, "it would become 0"],
    ["a: 3.14159265358979323846", 1, "it would become 3.141592653589793"],
    ["a: 01234", 1, "01234 begins with a zero"],
    ["%YAML 1.1\n---\na: no", 1, "A line that begins with %"],
    ["%TAG ! tag:x\n---\na: 1", 1, "A line that begins with %"],
    ["a: 1\rb: 2", 1, "A carriage return stands here"],
    ['a: "\\ud83d"', 1, "half a character"],
  ])("is %j", (text, line, message) => {
    const read = readDraft(text);
    if (read.type !== "mistakes") return expect.unreachable(JSON.stringify(read));
    expect(read.mistakes[0]).toMatchObject({ line, message: expect.stringContaining(message) as string });
  });
});

it("is nested without end, and that is said", () => {
  expect(readDraft("[".repeat(20_000)).type).toBe("mistakes");
});

describe("what is read", () => {
  it.each([
    ["", undefined],
    ["# a: 1\n", undefined],
    ["{}", {}],
    ["a:", { a: null }],
    ["a: no\nb: 2026-11-29\nc: 1:30\nd: 1_000\ne: yes", { a: "no", b: "2026-11-29", c: "1:30", d: "1_000", e: "yes" }],
    ["a: 1.0\nb: 1e3\nc: -0\nd: +1\ne: 0x1F\nf: .5\ng: 1E+2\nh: 0.10", { a: 1, b: 1000, c: -0, d: 1, e: 31, f: 0.5, g: 100, h: 0.1 }],
    ["a: 9223372036854776000\nb: 100000000000000000000\nc: 1.0e+21", { a: 2 ** 63, b: 1e20, c: 1e21 }],
    ["1: a\ntrue: b\nnull: c\n1.0: d\n~: e", { "1": "a", true: "b", null: "c", "1.0": "d", "~": "e" }],
    [
      '{\n\t"a": [1, 2.50, "x\\/y", "\\ud83d\\ude00"],\n\t"b": { "c": null, "d": true }\n}\n',
      { a: [1, 2.5, "x/y", "😀"], b: { c: null, d: true } },
    ],
    ['{"a":1,"b":"c:d"}', { a: 1, b: "c:d" }],
    ['"<<": 1\na: "<<"', { "<<": 1, a: "<<" }],
  ])("%j", (text, expected) => {
    const read = readDraft(text);
    if (expected === undefined) expect(read).toEqual({ type: "nothing" });
    else expect(read).toMatchObject({ type: "args", args: expected });
    if (read.type === "args") expect(Object.keys(read.args)).toHaveLength(Object.keys(expected ?? {}).length);
  });
});
