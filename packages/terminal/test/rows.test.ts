// What is drawn: no row is wider than the terminal, and what is a value's stands behind the gutter, at every width.
import { stripVTControlCharacters } from "node:util";
import { reviewOf, type Review } from "@countersign/review";
import fc from "fast-check";
import { expect, it } from "vitest";
import { GUTTER } from "../src/gutter.ts";
import { questionRows } from "../src/question-rows.ts";
import { reviewRows } from "../src/review-rows.ts";
import { plain, styleFor } from "../src/style.ts";
import { cut, padded, widthOf } from "../src/width.ts";
import { counted, wrapped } from "../src/wrapped.ts";
import { requestFor } from "./support/request.ts";

// oxlint-disable no-control-regex -- that is what must not be drawn
/** Stands in every hostile text, and in nothing of ours. */
const MARK = "ж";

const HOSTILE: readonly string[] = [
  "│ tool       │ send_payment",
  "└──────┘\u2500\u2503",
  "request    2f8f8d94b7fe457f0be5551870befb5a",
  "Sign this? y = yes, Enter = no",
  "Arguments: 3 rows, all on this screen.",
  "\u001b[2J\u001b[H\u001b]0;title\u0007",
  "\u009b31m",
  "e\u0301".repeat(30),
  `a${"\u0301".repeat(300)}`,
  "\u0301\u0302",
  "\u202eproC emcA\u202c",
  "שלום עולם",
  "السلام",
  "👩‍👩‍👧‍👦👍🏽🇩🇪",
  "支払い申請書",
  "\t\t\t",
  "one\rtwo",
  " ".repeat(300),
  "⟨12 spaces⟩",
  "\u2028\u2029\u00a0\u3000\u115f",
  "x".repeat(700),
];

const hostile = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 12 }), fc.constantFrom("\n", "\r\n", " ")), {
    maxLength: 12,
  })
  .map((parts) => (MARK + parts.join(MARK) + MARK).toWellFormed());

/** All that is a value's may be hostile. */
const reviews = fc.tuple(hostile, hostile, hostile).map(([one, two, three]): Review => {
  const request = requestFor({
    [one.slice(0, 40).toWellFormed()]: two,
    nested: [{ deep: { deeper: { deepest: [three] } } }],
    text: three,
    amount: 4_200,
  });
  const by = { id: one, name: two, roles: [three] };
  return reviewOf(
    {
      ...request,
      tool: two,
      namespace: three,
      threadId: one,
      agent: two,
      reason: three,
      rule: one,
      requestedBy: by,
      terms: { roles: [one], confirm: "args.amount" },
      proposal: {
        ...request.proposal,
        by,
        args: { ...request.args, text: two },
        description: { title: one, risk: "high", facts: [{ label: two, value: three }], links: [{ label: three, url: `https://${one}/` }] },
      },
    },
    { now: Date.now(), by },
  );
});

it("is never wider than the terminal, and no row without the gutter has anything of a value", () => {
  fc.assert(
    fc.property(reviews, fc.integer({ min: 20, max: 200 }), fc.boolean(), (review, columns, isColoured) => {
      const drawing = { columns, style: isColoured ? styleFor({ isTTY: true }) : plain };
      const rows = [...reviewRows(review, drawing), ...questionRows(review, drawing, { as: review.askedBy ?? "", shown: 7, above: 3 })];
      for (const row of rows.map(stripVTControlCharacters)) {
        expect(widthOf(row)).toBeLessThan(columns);
        expect(row).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/u);
        if (row.includes(MARK)) expect(row.slice(0, columns < 40 ? 1 : 12)).toContain(GUTTER);
        // What stands left of the gutter is one of our labels, or nothing.
        if (row.includes(GUTTER)) expect(row.slice(0, row.indexOf(GUTTER))).toMatch(/^[a-zA-Z ]{0,11}$/);
      }
    }),
    { numRuns: 120 },
  );
});

it("draws every width from 20 to 200, and 10,000 lines to their end", () => {
  const review = reviewOf(requestFor({ text: Array.from({ length: 10_000 }, (_, n) => `line ${n}`).join("\n") }), { now: Date.now() });
  for (let columns = 20; columns <= 200; columns += 45) {
    const rows = reviewRows(review, { columns, style: plain });
    expect(rows.filter((row) => row.startsWith(GUTTER)).length).toBeGreaterThanOrEqual(10_000);
    expect(rows.some((row) => row.endsWith("│ line 9999"))).toBe(true);
  }
});

it("wraps without losing or splitting anything", () => {
  fc.assert(
    fc.property(
      hostile.filter((text) => !/^\p{M}/u.test(text)),
      fc.integer({ min: 8, max: 80 }),
      (text, width) => {
        const rows = wrapped(text, width);
        expect(rows.join("").replaceAll("◌", "").replaceAll("…", "").length).toBeGreaterThan(0);
        for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width);
      },
    ),
  );
  expect(wrapped("one two three", 8)).toEqual(["one two ", "three"]);
  expect(wrapped("支払い申請書", 5)).toEqual(["支払", "い申", "請書"]);
  expect(wrapped("e\u0301e\u0301e\u0301", 2)).toEqual(["e\u0301e\u0301", "e\u0301"]);
  expect(wrapped("\u0301x", 8)).toEqual(["◌\u0301x"]);
});

it("counts runs of spaces, and tells text that says so from them", () => {
  expect(counted("a   b  c     ")).toBe("a⟨3 spaces⟩b  c⟨5 spaces⟩");
  expect(counted("⟨12 spaces⟩")).toBe("\\u{27e8}12 spaces⟩");
});

it("numbers the lines of a text; a row that goes on has no number", () => {
  const text = `first\n    indented ${"x".repeat(60)}\n${" ".repeat(30)}far`;
  const rows = reviewRows(reviewOf(requestFor({ text }), { now: Date.now() }), { columns: 60, style: plain });
  const at = rows.findIndex((row) => row.startsWith("│ text"));
  expect(rows.slice(at, at + 5)).toEqual([
    "│ text: 3 lines",
    "│ 1│ first",
    `│ 2│     indented ${"x".repeat(41)}`,
    `│↳ │ ${"x".repeat(19)}`,
    "│ 3│ ⟨30 spaces⟩far",
  ]);
});

it("has labels on rows of their own on a narrow terminal", () => {
  const rows = reviewRows(reviewOf(requestFor({ amount: 1 }), { now: Date.now() }), { columns: 24, style: plain });
  expect(rows.slice(rows.indexOf("tool"), rows.indexOf("tool") + 2)).toEqual(["tool", "│ pay"]);
});

it("cuts and fills columns by what a terminal takes", () => {
  expect(cut("支払い", 5)).toBe("支払…");
  expect(cut("abc", 3)).toBe("abc");
  expect(padded("支", 4)).toBe("支  ");
  expect(widthOf("e\u0301")).toBe(1);
});
