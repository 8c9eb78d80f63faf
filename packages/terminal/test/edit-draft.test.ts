// A draft is what somebody edits: read back without a change, it is exactly what it was made of.
import { digestOf, type ApprovalRequest, type JsonObject } from "@countersign/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draftOf } from "../src/edit/draft.ts";
import { readDraft } from "../src/edit/read.ts";
import { withNotes, withoutNotes } from "../src/edit/notes.ts";
import { requestFor } from "./support/request.ts";

const back = (args: JsonObject, request: ApprovalRequest = requestFor(args)): unknown => {
  const read = readDraft(withoutNotes(draftOf(request)), { proto: true });
  return read.type === "args" ? read.args : read;
};

const HOSTILE = [
  "",
  " ",
  "\n",
  "\n\n",
  "\t",
  "a\n",
  "a\n\n\n",
  "\n a",
  "\n\n\ta\n",
  " a\nb",
  "a\n b\n",
  "a \nb",
  "a\r\nb\r\n",
  "a\rb",
  "a\u0085b\n",
  "a\u2028b\nc",
  "# a\nb",
  "#✗ a\nb",
  "a\n  #✗ b\nc",
  "---\na",
  "...\na\n---\n",
  "%YAML 1.1\na",
  "a: b",
  "a #b",
  "a:",
  "- a",
  "? a",
  "no",
  "Null",
  "~",
  "1e3",
  "0x1f",
  "0o17",
  ".inf",
  "-.INF",
  ".NaN",
  "1_000",
  "1:30",
  "2026-11-29",
  "<<",
  "=",
  "*a",
  "&a",
  "!a",
  "|",
  ">",
  "@a",
  "`a",
  "%a",
  "'a'",
  '"a"',
  "\\n",
  "\u202eabc\u202c",
  "\u200b",
  "\u0000",
  "\ufeffa",
  "\u0301a",
  "\u{e0001}",
  "\u{10ffff}",
  "שלום: x",
  "a  b",
  `${"x".repeat(200)} `,
  `${"x ".repeat(200)}y`,
  `  ${"x".repeat(200)}`,
  `${"x".repeat(100)}\u0007${"y".repeat(100)}`,
  "•••",
  "…",
];

describe("a draft that nobody changes", () => {
  it("reads back as each hostile text, as a value, in a list and as a key", () => {
    for (const text of HOSTILE) {
      const args = { text, list: [text, [text, [text]], { text, [text]: text }], map: { [text]: { text } }, end: text };
      expect({ text, back: back(args) }).toEqual({ text, back: args });
    }
  });

  it("reads back as any arguments, with the same digest", () => {
    const piece = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.constantFrom("\n", " ", "\t", "  ", ":", ": ", " #", "- ", "\r", "a", "b", '"', "'", "\\", "#✗", "|", "é", "\u0301"),
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("").toWellFormed());
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.constantFrom(2 ** 53, 2 ** 63, 1e20, 1e21, 5e-324, 1e308),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4, depthSize: "small" }, text, number, fc.boolean(), fc.constant(null), tie("list"), tie("map")),
      list: fc.array(tie("value"), { maxLength: 4 }),
      map: fc.dictionary(text, tie("value"), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(fc.dictionary(text, value, { maxKeys: 5 }), (given) => {
        // As core keeps them.
        const args = JSON.parse(JSON.stringify(given)) as JsonObject;
        const read = back(args) as JsonObject;
        expect(read).toEqual(args);
        expect(digestOf({ tool: "t", args: read })).toBe(digestOf({ tool: "t", args }));
      }),
      { numRuns: 1_500 },
    );
  });

  it("keeps __proto__, keys of any length, and depth", () => {
    const own = JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}') as JsonObject;
    expect(Object.keys(back(own) as object)).toEqual(["__proto__", "constructor"]);
    const long = { ["k".repeat(3_000)]: { a: [1] }, ["\n".repeat(1_500)]: "a\nb\n" };
    expect(back(long)).toEqual(long);
    let deep: JsonObject = { end: "a\n b" };
    for (let depth = 0; depth < 240; depth++) deep = { list: [deep] };
    expect(JSON.stringify(back(deep))).toBe(JSON.stringify(deep));
  });

  it("is the same again without its notes", () => {
    const draft = draftOf(requestFor({ a: 1, b: { c: "x\ny\n" } }));
    const mistakes = [3, 9, 10].map((line) => ({ line, path: "", message: "wrong" }));
    expect(withNotes(draft, mistakes)).toContain("#✗ wrong");
    expect(withoutNotes(withNotes(draft, mistakes))).toBe(draft);
  });
});
