// Rows as lines: groups of like calls, and what is there twice.
import { expect, test } from "vitest";
import { deadlineOfGroup, linesOf, riskOfGroup, type Line } from "../../src/page/requests/list/lines.ts";
import { rowOf, type Row } from "../../src/page/requests/list/row.ts";
import { decidedText, headline, shortTitle } from "../../src/page/requests/list/words.ts";
import { filtersOf } from "../../src/page/requests/list/filters.ts";
import { summary } from "../support/summary.ts";

const rows: readonly Row[] = [
  rowOf(summary("1", { risk: "low", deadline: { at: 300, text: "" } })),
  rowOf(summary("2", { tool: "send_mail" })),
  rowOf(summary("3", { risk: "high", deadline: { at: 200, text: "" } })),
  { ...rowOf(summary("4", { status: "approved", deadline: { at: 100, text: "" } })), isGone: true },
  rowOf(summary("5", { agent: "other" })),
];
const shape = (lines: readonly Line[]): readonly string[] =>
  lines.map((line) => (line.kind === "row" ? line.row.id : `${line.group.rows.length} ${line.group.tool}`));

test("calls of one tool by one agent are one line, where the first of them stands; one alone is no group", () => {
  const folded = linesOf(rows, true, new Set());
  expect(shape(folded)).toEqual(["3 send_payment", "2", "5"]);
  const key = folded[0]?.key ?? "";
  expect(shape(linesOf(rows, true, new Set([key])))).toEqual(["3 send_payment", "1", "3", "4", "2", "5"]);
  expect(shape(linesOf(rows, false, new Set([key])))).toEqual(["1", "2", "3", "4", "5"]);
});

test("a group says its gravest risk, and the earliest deadline of what still waits", () => {
  const [line] = linesOf(rows, true, new Set());
  if (line?.kind !== "group") throw new Error("It is no group.");
  expect([riskOfGroup(line.group), deadlineOfGroup(line.group)]).toEqual(["high", 200]);
});

test("the same call twice is marked on every page of rows, once, and only while both wait", () => {
  const twice = ["a", "b", "c"].map((id) => rowOf(summary(id, { digest: "same" })));
  const marksOf = (all: readonly Row[]) => linesOf(all, false, new Set()).map((line) => (line.kind === "row" ? line.row.marks : []));
  expect(marksOf(twice)).toEqual([["asked twice"], ["asked twice"], ["asked twice"]]);
  const [a, b] = twice.map((row) => ({ ...row, marks: ["asked twice"] }));
  expect(marksOf(a && b ? [a, b] : [])).toEqual([["asked twice"], ["asked twice"]]);
  expect(marksOf(twice.map((row, index) => (index === 0 ? row : { ...row, status: "approved" as const })))).toEqual([[], [], []]);
});

test("a long title keeps its beginning and its end", () => {
  expect(shortTitle("Pay Acme Corp $4,200")).toBe("Pay Acme Corp $4,200");
  const long = shortTitle("Pay Umbrella Logistics and Freight Forwarding Gesellschaft mbH & Co. KG $1,957");
  expect(long).toBe("Pay Umbrella Logistics and Freight … mbH & Co. KG $1,957");
  expect(shortTitle("x".repeat(500)).length).toBeLessThan(70);
});

test("counts and outcomes are said in words", () => {
  const { filters } = filtersOf(new URLSearchParams());
  expect(headline(filters, { atLeast: 1_000, isCapped: true })).toBe("1,000+ waiting for you");
  expect(headline(filters, { atLeast: 0, isCapped: false })).toBe("Nothing waits for you");
  expect(headline({ ...filters, search: "x" }, { atLeast: 0, isCapped: false })).toBe("No match");
  expect(decidedText({ ...rowOf(summary("1", { status: "approved", execution: "done", decidedBy: "Bob" })), isGone: true })).toBe(
    "Approved by Bob, done",
  );
  expect(decidedText({ ...rowOf(summary("1", { status: "expired" })), isGone: true })).toBe("Expired");
  expect(decidedText(rowOf(summary("1", { left: "overdue" })))).toBe("Expired: nobody decided in time");
  expect(decidedText({ ...rowOf(summary("1")), isGone: true })).toBe("No longer waits for you: it takes 1 of finance");
});
