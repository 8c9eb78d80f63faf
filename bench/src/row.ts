import { median, type Sides } from "./measure.ts";
import type { Bench } from "./bench.ts";

/** One line of the result: something measured, beside its limit of the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: "µs" | "ms" | "MB" | "commits/s";
  readonly value: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly aim: string;
  readonly holds: boolean;
}

/** A figure, and where the time goes: asked only of one that misses its aim. */
export interface Result extends Figure {
  readonly profile?: readonly string[] | undefined;
}

/** A row of the table. It answers one figure for each aim. */
export interface Row {
  readonly name: string;
  run(bench: Bench): Promise<readonly Result[]>;
}

/** The medians of two sides, with the aim that the first takes at most so many times as long as the second. */
export function ratioFigure(name: string, sides: Sides, most: number, unit: "ms" | "µs" = "ms"): Figure {
  const scale = unit === "µs" ? 1_000 : 1;
  const value = median(sides.subject) * scale;
  const baseline = median(sides.baseline) * scale;
  return { name, unit, value, baseline, ratio: value / baseline, aim: `≤ ${most}x`, holds: value / baseline <= most };
}

/** The profile of a figure that misses, and of no other: it costs time. */
export async function explained(figure: Figure, profile: () => Promise<readonly string[]>): Promise<Result> {
  return figure.holds ? figure : { ...figure, profile: await profile() };
}
