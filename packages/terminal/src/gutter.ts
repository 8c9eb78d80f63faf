import type { Style } from "./style.ts";
import { padded, widthOf } from "./width.ts";
import { counted, wrapped } from "./wrapped.ts";

/** Stands on every row that has anything of a value, with one column of ours behind it. Labels are left of it, or on rows without it. */
export const GUTTER = "│";
/** Behind the gutter: the value goes on from the row before. */
const ON = "↳";

/** Below so many columns labels stand on rows of their own. */
const NARROW = 40;
/** Room for a label, the space behind it included. */
const LABEL = 11;

/** How rows are drawn. */
export interface Drawing {
  /** Of the terminal. Rows keep away from its last one: terminals disagree on the width of some characters. */
  readonly columns: number;
  readonly style: Style;
}

type Tone = Parameters<Style>[0] | undefined;

interface ValueOptions {
  /** Columns by which the value stands to the right. */
  readonly indent?: number;
  /** Of ours, before its first row: a line's number. Further rows get as much room. */
  readonly lead?: string;
  readonly tone?: Tone;
  /** Are runs of spaces counted already? */
  readonly isCounted?: boolean;
}

/** A value as rows that begin with the gutter, wrapped by us. */
export function valueRows(text: string, drawing: Drawing, options: ValueOptions = {}): readonly string[] {
  return gutterRows(text, drawing.columns - 1, drawing.style, options);
}

/** What is known of something, beside what it is called: `tool      │ send_payment`. */
export function labelled(label: string, text: string, drawing: Drawing, tone?: Tone): readonly string[] {
  const { columns, style } = drawing;
  if (columns < NARROW) return [...(label === "" ? [] : ownRows(label, drawing, "dim")), ...valueRows(text, drawing, { tone })];
  return gutterRows(text, columns - 1 - LABEL, style, { tone }).map(
    (row, index) => style("dim", padded(index === 0 ? label : "", LABEL)) + row,
  );
}

/** Text of ours alone, without the gutter. It has nothing of a value. */
export function ownRows(text: string, { columns, style }: Drawing, tone?: Tone): readonly string[] {
  return wrapped(text, Math.max(columns - 1, 2)).map((row) => toned(style, tone, row.trimEnd()));
}

function gutterRows(
  text: string,
  width: number,
  style: Style,
  { indent = 0, lead = "", tone, isCounted = false }: ValueOptions,
): readonly string[] {
  const left = " ".repeat(indent);
  const room = Math.max(width - 2 - indent - widthOf(lead), 2);
  return wrapped(isCounted ? text : counted(text), room).map((row, index) => {
    const ours = index === 0 ? ` ${left}${lead}` : `${ON}${left}${lead.replace(/[^│]/gu, " ")}`;
    return `${style("cyan", GUTTER)}${style("dim", ours)}${toned(style, tone, row)}`;
  });
}

function toned(style: Style, tone: Tone, text: string): string {
  return tone === undefined ? text : style(tone, text);
}
