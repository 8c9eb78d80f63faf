import type { Result } from "./row.ts";

const COLUMNS = ["", "measured", "beside", "ratio", "aim", ""] as const;

/** The results for people: one line each, and below it where the time goes if the aim is missed. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => ({ cells: cellsOf(result), profile: result.profile ?? [] }));
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...rows.map(({ cells }) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ").trimEnd(); // prettier-ignore
  const body = rows.flatMap(({ cells, profile }) => [line(cells), ...profile.map((part) => `    ${part}`)]);
  const missed = results.filter(({ holds }) => !holds).length;
  const end = missed === 0 ? "Every aim is met." : `${missed} of ${results.length} aims are missed.`;
  return [line(COLUMNS), ...body, "", end, ""].join("\n");
}

function cellsOf({ name, unit, value, baseline, ratio, aim, holds }: Result): readonly string[] {
  return [name, `${rounded(value)} ${unit}`, `${rounded(baseline)} ${unit}`, `${rounded(ratio)}x`, aim, holds ? "met" : "MISSED"];
}

/** Three digits that matter. */
function rounded(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}
