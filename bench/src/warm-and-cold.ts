import type { Bench } from "./bench.ts";
import type { Operations, Plan } from "./operations.ts";
import type { Sample, Sides } from "./measure.ts";

/** The two sides as they are in a process that is warm, and in one that has just begun. */
export interface WarmAndCold {
  readonly warm: Sides;
  readonly cold: Sides;
}

/** How long warm sides take turns. */
export interface Rounds {
  readonly rounds: number;
  /** Samples in a row before the other's turn. Default: 1. */
  readonly block?: number;
}

/** Measures operations that have one case. */
export async function measured<Given>(bench: Bench, operations: Operations<Given>, given: Given, rounds: Rounds): Promise<WarmAndCold> {
  const [one] = await measuredCases(bench, operations, given, rounds);
  if (!one) throw new Error("there was nothing to measure");
  return one;
}

/**
 * Measures every case of some operations. Each side has processes of its own for its cold figure, and the processes of
 * the sides take turns. One of them goes on until it is warm, and then both sides take turns in it.
 */
export async function measuredCases<Given>(
  bench: Bench,
  operations: Operations<Given>,
  given: Given,
  { rounds, block = 1 }: Rounds,
): Promise<readonly WarmAndCold[]> {
  const { cold, warm: after, processes } = bench.scale;
  let warm: readonly Sides[] = [];
  const samples = { subject: [] as Sample[][], baseline: [] as Sample[][] };
  for (let i = 0; i < processes; i++)
    for (const side of i % 2 === 0 ? (["subject", "baseline"] as const) : (["baseline", "subject"] as const)) {
      const goesOn = i === 0 && side === "subject";
      bench.note(`${side === "subject" ? "Countersign" : "its limit"}, process ${i + 1} of ${processes}`);
      const plan: Plan = { side, cold, ...(goesOn && { warm: { after, rounds: bench.rounds(rounds), block } }) };
      const measurement = await bench.measure(operations, given, plan);
      if (goesOn) warm = measurement.warm;
      for (const [n, more] of measurement.cold.entries()) (samples[side][n] ??= []).push(...more);
    }
  return warm.map((sides, n) => ({ warm: sides, cold: { subject: samples.subject[n] ?? [], baseline: samples.baseline[n] ?? [] } }));
}

/** Where the time of one case goes, once it is warm. Default: the first. */
export async function profileOf<Given>(
  bench: Bench,
  operations: Operations<Given>,
  given: Given,
  runs: number,
  of: number = 0,
): Promise<readonly string[]> {
  if (!bench.scale.explains) return [];
  bench.note("where the time goes");
  const warm = { after: bench.scale.warm, rounds: 0, block: 1 };
  const plan: Plan = { side: "subject", cold: 0, warm, profile: bench.rounds(runs), of };
  return (await bench.measure(operations, given, plan)).profile[of] ?? [];
}
