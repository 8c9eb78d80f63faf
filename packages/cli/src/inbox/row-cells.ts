import { personText, type Summary } from "@countersign/review";
import { cut, GUTTER, padded, widthOf, type Style } from "@countersign/terminal";
import { marksOf, whatOf } from "../output/what.ts";
import type { Row } from "./rows.ts";
import type { State } from "./state.ts";

interface Drawn {
  readonly style: Style;
  readonly summaryOf: (row: Row) => Summary;
}

interface Column {
  readonly name: string;
  readonly value: (summary: Summary) => string;
  /** Shown on terminals that are at least so wide. */
  readonly from: number;
  /** Left out where no row has anything in it. */
  readonly isRare?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: "LEFT", value: ({ left = "-" }) => left, from: 30 },
  { name: "AGE", value: ({ age }) => age, from: 60 },
  { name: "SIGNED", value: ({ signatures = "" }) => signatures, from: 60, isRare: true },
];

/** From so many columns on, who asked stands before what the call is about. Both are values: right of the gutter. */
const ASKED_BY = 100;
const WHO = "ASKED BY";
/** Columns that a person's name may take. */
const NAME = 20;
/** Below so many columns marks are counted instead of named. */
const NAMED = 60;
/** Columns that marks may take, on terminals that aren't wide. */
const MARKS = 22;
/** Cursor, mark of a batch, a space. */
const LEAD = 3;
const GAP = "  ";

/** The names of the columns, and a line for each row: ours left of the gutter, what the call is about right of it. */
export function rowCells({ rows, cursor, batch, columns }: State, shown: readonly Row[], { style, summaryOf }: Drawn): readonly string[] {
  if (shown.length === 0) return [""];
  const width = columns - 1;
  const summaries = shown.map(summaryOf);
  const used = COLUMNS.filter(
    ({ from, isRare, value }) => columns >= from && (!isRare || summaries.some((summary) => value(summary) !== "")),
  );
  const widths = used.map(({ name, value }) => Math.max(widthOf(name), ...summaries.map((summary) => widthOf(value(summary)))));
  const aligned = (cells: readonly string[]): string => cells.map((cell, column) => `${padded(cell, widths[column] ?? 0)}${GAP}`).join("");
  const marks = summaries.map((summary, index) =>
    shown[index]?.isGone ? "" : cut(shortMarks(summary, columns), columns < 100 ? MARKS : 60),
  );
  const marksWidth = Math.max(...marks.map(widthOf));
  const who = columns < ASKED_BY ? [] : summaries.map(({ askedBy = "-" }) => cut(askedBy, NAME));
  const whoWidth = who.length === 0 ? 0 : Math.max(widthOf(WHO), ...who.map(widthOf));
  const left = LEAD + widthOf(aligned(used.map(() => ""))) + (marksWidth > 0 ? marksWidth + 1 : 0);

  const lineOf = (row: Row, index: number): string => {
    const summary = summaries[index] ?? summaryOf(row);
    const isHere = rows[cursor] === row;
    const lead = `${isHere ? ">" : " "}${batch.has(row.request.id) ? "*" : " "} `;
    const mark = marks[index] ?? "";
    const ours = row.isGone ? cut(`${lead}${fateText(row)}`, width) : `${lead}${aligned(used.map(({ value }) => value(summary)))}`;
    const room = Math.max(left, widthOf(ours) + (row.isGone ? 1 : 0)) - widthOf(ours) - widthOf(mark);
    const marked = mark === "" ? "" : style(summary.risk === "high" ? "red" : "yellow", mark);
    const by = whoWidth > 0 && decider(row) === "" ? padded(who[index] ?? "", whoWidth) + GAP : "";
    const what = cut(
      `${GUTTER} ${by}${decider(row)}${whatOf(row.request, summary)}`,
      Math.max(width - widthOf(ours) - widthOf(mark) - room, 0),
    );
    const text = `${ours}${marked}${" ".repeat(room)}${what}`;
    if (isHere) return style("bold", text);
    return row.isGone ? style("dim", text) : text;
  };
  const heading = `${" ".repeat(LEAD)}${aligned(used.map(({ name }) => name))}`;
  const names = whoWidth > 0 ? `${padded(WHO, whoWidth)}${GAP}WHAT` : "WHAT";
  return [style("dim", cut(`${padded(heading, left)}  ${names}`, width)), ...shown.map(lineOf)];
}

/** What became of it, in our words alone. One that still waits isn't among those looked for any more, or was signed and takes others. */
function fateText(row: Row): string {
  if (!row.fate) return "gone";
  if (row.fate.status === "pending") return "still waits";
  return decider(row) === "" ? row.fate.status : `${row.fate.status} by`;
}

/** Whoever decided one that is gone: `grace: `. */
function decider({ isGone, fate }: Row): string {
  const last = isGone && (fate?.status === "approved" || fate?.status === "rejected") ? fate.decisions.at(-1) : undefined;
  return last ? `${cut(personText(last.by), NAME)}: ` : "";
}

function shortMarks(summary: Summary, columns: number): string {
  const all = marksOf(summary);
  return columns >= NAMED ? all : "!".repeat(all === "" ? 0 : all.split(", ").length);
}
