import type { Aim, Reading } from "./aim.ts";
import type { Bench } from "./bench.ts";
import type { WarmAndCold } from "./warm-and-cold.ts";
import { medianMs, type Sides } from "./measure.ts";

/** What was measured, and what that means. */
export interface Measured extends Reading {
  /** value / baseline */
  readonly ratio?: number;
  /** The share of the aim that is used: up to 1 the aim is met. Absent without an aim. */
  readonly ofAim?: number;
}

interface Aimed {
  readonly name: string;
  /** Absent: the figure is there to be read beside others. */
  readonly aim?: string;
  /** Whether the warm or the single figure is within the aim. */
  readonly holds?: boolean;
}

interface Named extends Aimed {
  readonly unit: "µs" | "ms" | "kB" | "MB" | "commits/s" | "runs/s" | "round trips" | "commits" | "queries";
}

/** Operations, timed in a process that has done nothing yet and in one that has done 500 of them. */
export interface TimedFigure extends Named {
  readonly warm: Measured;
  readonly cold: Measured;
}

/** A count, or what belongs to a process as a whole. */
export interface SingleFigure extends Named {
  readonly single: Measured;
}

/** What can't be measured here. */
export interface MissingFigure extends Aimed {
  /** Why. */
  readonly notMeasured: string;
}

export type MeasuredFigure = TimedFigure | SingleFigure;
/** One line of the result. */
export type Figure = MeasuredFigure | MissingFigure;

/** A figure, and where the time goes: asked only of one that misses its aim. */
export type Result = Figure & { readonly profile?: readonly string[] | undefined };

/** A row of the table. It answers one figure or several. */
export interface Row {
  readonly name: string;
  run(bench: Bench): Promise<readonly Result[]>;
}

/** The figure that the aim is about. */
export const judged = (figure: MeasuredFigure): Measured => ("single" in figure ? figure.single : figure.warm);

/** What a figure takes from the samples of both sides. */
export type Reader = (sides: Sides) => Reading;

export const inMs: Reader = ({ subject, baseline }) => ({ value: medianMs(subject), baseline: medianMs(baseline) });
export const inMicroseconds: Reader = (sides) => {
  const { value, baseline = Number.NaN } = inMs(sides);
  return { value: value * 1_000, baseline: baseline * 1_000 };
};
export const perSecond: Reader = ({ subject, baseline }) => ({ value: 1_000 / medianMs(subject), baseline: 1_000 / medianMs(baseline) });
/** What an operation takes longer than the baseline. */
export const addedInMicroseconds: Reader = (sides) => {
  const { value, baseline = Number.NaN } = inMicroseconds(sides);
  return { value: value - baseline, baseline };
};

export function timedFigure(name: string, unit: Named["unit"], { warm, cold }: WarmAndCold, read: Reader, aim?: Aim): TimedFigure {
  const figure = { name, unit, warm: measuredBy(read(warm), aim), cold: measuredBy(read(cold), aim) };
  return { ...figure, ...standing(figure.warm, aim) };
}

export function singleFigure(name: string, unit: Named["unit"], reading: Reading, aim?: Aim): SingleFigure {
  const single = measuredBy(reading, aim);
  return { name, unit, single, ...standing(single, aim) };
}

export function notMeasured(name: string, why: string, aim: Aim | undefined): MissingFigure {
  return { name, notMeasured: why, ...(aim && { aim: aim.text }) };
}

function measuredBy(reading: Reading, aim: Aim | undefined): Measured {
  const { value, baseline } = reading;
  const measured = baseline === undefined ? reading : { ...reading, ratio: value / baseline };
  return aim ? { ...measured, ofAim: aim.used(measured) } : measured;
}

function standing({ ofAim }: Measured, aim: Aim | undefined): Pick<Named, "aim" | "holds"> {
  return aim && ofAim !== undefined ? { aim: aim.text, holds: ofAim <= 1 } : {};
}

/** The profile of a figure that misses, and of no other: it costs time. */
export async function explained(figure: Figure, profile: () => Promise<readonly string[]>): Promise<Result> {
  return figure.holds === false ? { ...figure, profile: await profile() } : figure;
}
