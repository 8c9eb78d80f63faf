import type { Figure, Measured, MeasuredFigure, Result } from "./row.ts";

const COLUMNS = ["", "warm", "beside", "ratio", "cold", "beside", "ratio", "aim", ""] as const;

/** The results for people: one line each, and below it where the time goes if the aim is missed. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => ({ cells: cellsOf(result), notes: notesOf(result) }));
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...rows.map(({ cells }) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ").trimEnd(); // prettier-ignore
  const body = rows.flatMap(({ cells, notes }) => [line(cells), ...notes.map((part) => `    ${part}`)]);
  return [line(COLUMNS), ...body, "", ending(results), ""].join("\n");
}

function notesOf(result: Result): readonly string[] {
  return "notMeasured" in result ? [`not measured: ${result.notMeasured}`] : (result.profile ?? []);
}

/** What is counted, or belongs to a process as a whole, stands in the warm columns alone. */
function cellsOf(figure: Figure): readonly string[] {
  const { name, aim = "", holds } = figure;
  if ("notMeasured" in figure) return [name, "", "", "", "", "", "", aim, ""];
  const { unit } = figure;
  const [warm, cold] = "single" in figure ? [figure.single] : [figure.warm, figure.cold];
  const met = holds === undefined ? "" : holds ? "met" : "MISSED";
  return [name, ...measuredCells(warm, unit), ...measuredCells(cold, unit), aim, met];
}

function measuredCells(measured: Measured | undefined, unit: MeasuredFigure["unit"]): readonly string[] {
  if (!measured) return ["", "", ""];
  const { value, baseline, ratio } = measured;
  return [
    `${rounded(value)} ${unit}`,
    baseline === undefined ? "" : `${rounded(baseline)} ${unit}`,
    ratio === undefined ? "" : `${rounded(ratio)}x`,
  ];
}

function ending(results: readonly Result[]): string {
  const aims = results.filter(({ holds }) => holds !== undefined);
  const missed = aims.filter(({ holds }) => !holds).length;
  const unknown = results.filter(({ aim, holds }) => aim !== undefined && holds === undefined).length;
  const standing = missed === 0 ? "Every aim is met" : `${missed} of ${aims.length} aims are missed`;
  return unknown === 0 ? `${standing}.` : `${standing}, and ${unknown} more could not be measured.`;
}

/** Three digits that matter. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}
