/** What was measured, and its limit of the same run. What is only counted has no limit. */
export interface Reading {
  readonly value: number;
  readonly baseline?: number;
}

/** What a figure should reach. */
export interface Aim {
  readonly text: string;
  /** How much of what the aim allows is used: 1 is just within it. */
  readonly used: (reading: Reading) => number;
}

const ratioOf = ({ value, baseline }: Reading): number => value / (baseline ?? Number.NaN);

/** So many times the baseline at the most. */
export const atMostTimes = (most: number): Aim => ({ text: `≤ ${most}x`, used: (reading) => ratioOf(reading) / most });
/** So many times the baseline at the least. */
export const atLeastTimes = (least: number): Aim => ({ text: `≥ ${least}x`, used: (reading) => least / ratioOf(reading) });
export const atMost = (most: number, unit = ""): Aim => ({ text: `≤ ${most} ${unit}`.trim(), used: ({ value }) => value / most });
export const atLeast = (least: number, unit: string): Aim => ({
  text: `≥ ${least.toLocaleString("en")} ${unit}`,
  used: ({ value }) => least / value,
});
/** At the most so much more than the baseline. */
export const atMostMore = (most: number, unit: string): Aim => ({
  text: `≤ +${most} ${unit}`,
  used: ({ value, baseline = 0 }) => (value - baseline) / most,
});
export const both = (a: Aim, b: Aim): Aim => ({
  text: `${a.text}, ${b.text}`,
  used: (reading) => Math.max(a.used(reading), b.used(reading)),
});
