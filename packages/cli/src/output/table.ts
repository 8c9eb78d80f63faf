import { cut, padded, widthOf } from "@countersign/terminal";
import { revealed } from "@countersign/review";
import type { Output } from "./output.ts";

export interface Column<T> {
  readonly name: string;
  /** Safe already, as all texts of a review are: values of anybody's were made visible. */
  readonly value: (row: T) => string;
  /** For people it is cut to so many columns of the terminal, even where there is room. */
  readonly most?: number;
}

const GAP = "  ";

/**
 * Rows for people: aligned, and never wider than the terminal: the widest columns are cut first. In a pipe: everything,
 * between tabs. Answers whether something was cut.
 */
export function table<T>(out: Output, columns: readonly Column<T>[], rows: readonly T[]): boolean {
  const cells = rows.map((row) =>
    columns.map(({ value, most = Infinity }) => (out.people ? cut(revealed(value(row)), most) : revealed(value(row)))),
  );
  if (!out.people) {
    out.drawn(cells.map((row) => row.join("\t")));
    return false;
  }
  const head = columns.map(({ name }) => name);
  const wanted = columns.map((_, column) => Math.max(...[head, ...cells].map((row) => widthOf(row[column] ?? ""))));
  const widths = fitting(wanted, out.width - GAP.length * (columns.length - 1));
  const rowOf = (row: readonly string[]): string => cut(aligned(row, widths), out.width);
  out.drawn([out.style("dim", rowOf(head)), ...cells.map(rowOf)]);
  return widths.some((width, column) => width < (wanted[column] ?? 0));
}

/** Widths of which none is more than its own and all together are no more than the room: the widest give way first. */
function fitting(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  for (; over > 0; over--) {
    const widest = Math.max(...widths);
    if (widest <= 1) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}

/** Rows for whoever reads: JSON for programs, else a table, or a word that there are `none`. */
export function listing<T>(out: Output, columns: readonly Column<T>[], rows: readonly T[], none: string): void {
  if (out.json) for (const row of rows) out.value(row);
  else if (rows.length === 0) out.hint(none);
  else if (table(out, columns, rows)) out.hint("… is where a line is cut: --json has all of it.");
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  const fit = cells.map((cell, column) => cut(cell, widths[column] ?? 0));
  return fit.map((cell, column) => (column === fit.length - 1 ? cell : padded(cell, widths[column] ?? 0))).join(GAP);
}
