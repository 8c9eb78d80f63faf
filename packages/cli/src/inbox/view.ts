import type { ApprovalRequest, Principal } from "@countersign/core";
import { visible, visibleJson } from "@countersign/core/terminal";
import type { Output } from "../output/output.ts";
import { person, toolOf } from "../output/request.ts";
import { cut, padded, widthOf } from "../output/width.ts";
import { span } from "../output/when.ts";

/** What the page shows. */
export interface View {
  readonly items: readonly ApprovalRequest[];
  /** There are more than these. */
  readonly more: boolean;
  /** Index of the one that a key would act on. */
  readonly selected: number;
  /** What came of the last key. */
  readonly notice: string;
}

interface Size {
  readonly rows: number;
  readonly columns: number;
}

const KEYS = "j/k move   enter look   a approve   e edit   r reject   q quit";

export function linesOf(out: Output, { items, more, selected, notice }: View, by: Principal, { rows, columns }: Size): readonly string[] {
  const room = Math.max(rows - 4, 1);
  const first = Math.min(Math.max(selected - Math.floor(room / 2), 0), Math.max(items.length - room, 0));
  const shown = items.slice(first, first + room);
  const heading = `${items.length}${more ? " and more" : ""} for ${person(by)}`;
  const empty = [cut("Nothing waits for your signature. What comes appears here by itself.", columns)];
  const text = (style: Parameters<Output["style"]>[0], line: string): string => out.style(style, cut(line, columns), process.stderr);
  const marked = (row: string, isSelected: boolean): string => (isSelected ? text("bold", `> ${row}`) : cut(`  ${row}`, columns));
  return [
    text("bold", heading),
    ...(items.length === 0 ? empty : rowsOf(shown).map((row, index) => marked(row, first + index === selected))),
    ...Array.from({ length: room - Math.max(shown.length, 1) }, () => ""),
    text("dim", below(items.length - first - shown.length)),
    text("yellow", visible(notice)),
    text("dim", KEYS),
  ];
}

function below(count: number): string {
  return count > 0 ? `${count} more below` : "";
}

/** A line for each, in columns. */
function rowsOf(requests: readonly ApprovalRequest[]): readonly string[] {
  const cells = requests.map((request) => [
    span(Date.now() - request.askedAt),
    toolOf(request),
    visible(request.requestedBy?.id ?? "-"),
    visibleJson(request.proposal.args, 0),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ""))));
  return cells.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  "));
}
