import { visible } from "@countersign/core/terminal";
import type { Output } from "./output.ts";
import { cut, padded, widthOf } from "./width.ts";

export interface Column<T> {
  readonly name: string;
  /** Made visible by the table. */
  readonly value: (row: T) => string;
}

const GAP = "  ";

/**
 * Rows for people: aligned, the last column cut to the width of the terminal. In a pipe: everything, between tabs.
 * Answers whether something was cut.
 */
export function table<T>(out: Output, columns: readonly Column<T>[], rows: readonly T[]): boolean {
  const cells = rows.map((row) => columns.map(({ value }) => visible(value(row))));
  if (!out.people) {
    for (const row of cells) out.line(row.join("\t"));
    return false;
  }
  const head = columns.map(({ name }) => name);
  const widths = columns.map((_, column) => Math.max(...[head, ...cells].map((row) => widthOf(row[column] ?? ""))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = Math.max(out.width - before, 8);
  out.line(out.style("dim", aligned(head, widths)));
  for (const row of cells) out.line(aligned([...row.slice(0, -1), cut(row.at(-1) ?? "", room)], widths));
  return cells.some((row) => widthOf(row.at(-1) ?? "") > room);
}

/** Rows for whoever reads: JSON for programs, else a table, or a word that there are `none`. */
export function listing<T>(out: Output, columns: readonly Column<T>[], rows: readonly T[], none: string): void {
  if (out.json) for (const row of rows) out.value(row);
  else if (rows.length === 0) out.hint(none);
  else if (table(out, columns, rows)) out.hint("… is where a line is cut: --json has all of it.");
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, column) => (column === cells.length - 1 ? cell : padded(cell, widths[column] ?? 0))).join(GAP);
}
