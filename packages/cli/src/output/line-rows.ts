import { widthOf, wrapped } from "@countersign/terminal";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

type Part = string | { readonly style: Style; readonly text: string };

/** One line of text. Of several parts the last one is what is said; further rows of the line stand below it, where that fits. */
export type Line = string | readonly Part[];

/** Columns by which further rows stand to the right, at the least. */
const INDENT = 2;

const textOf = (part: Part): string => (typeof part === "string" ? part : part.text);

/**
 * A line as the rows of a terminal, none as wide as it is. Only the first begins at the left edge: a value can't begin a row
 * that looks like one of ours.
 */
export function lineRows(parts: readonly Part[], columns: number, style: (style: Style, text: string) => string): readonly string[] {
  const text = parts.map(textOf).join("");
  if (widthOf(text) < columns) return [parts.map((part) => (typeof part === "string" ? part : style(part.style, part.text))).join("")];
  const lead = parts.slice(0, -1);
  const before = widthOf(lead.map(textOf).join(""));
  const isBelow = before >= INDENT && before <= columns / 3;
  const indent = isBelow ? before : INDENT;
  const rows = wrapped(isBelow ? textOf(parts.at(-1) ?? "") : text, Math.max(columns - 1 - indent, 2));
  const styled = isBelow ? [...lead, restyled(parts.at(-1), rows[0] ?? "")] : inRow(parts, rows[0] ?? "");
  const last = parts.at(-1);
  return rows.map((row, index) => {
    if (index === 0) return styled.map((part) => (typeof part === "string" ? part : style(part.style, part.text))).join("");
    return " ".repeat(indent) + (last === undefined || typeof last === "string" ? row : style(last.style, row));
  });
}

function restyled(part: Part | undefined, text: string): Part {
  return part === undefined || typeof part === "string" ? text : { ...part, text };
}

/** As much of the parts as stands in this row. */
function inRow(parts: readonly Part[], row: string): readonly Part[] {
  let at = 0;
  return parts.map((part) => {
    const begin = at;
    at += textOf(part).length;
    return restyled(part, row.slice(begin, at));
  });
}
