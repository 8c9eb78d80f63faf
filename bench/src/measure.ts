/** Samples of the two sides of a comparison, in ms. */
export interface Sides {
  readonly subject: readonly number[];
  readonly baseline: readonly number[];
}

/** Runs once and answers how long that took, in ms: what has to be prepared for it is not counted. */
export type Timed = () => Promise<number>;

/** How long this takes, in ms. */
export async function timed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  const pending = work();
  if (pending instanceof Promise) await pending;
  return performance.now() - begun;
}

/**
 * Measures two things beside each other. They take turns, and whoever begins changes too, so that whatever else the
 * machine does hits both alike.
 * @param block runs in a row before the other's turn
 */
export async function paired(
  subject: Timed,
  baseline: Timed,
  { rounds, warmup = 3, block = 1 }: { readonly rounds: number; readonly warmup?: number; readonly block?: number },
): Promise<Sides> {
  const samples = { subject: [] as number[], baseline: [] as number[] };
  const turn = async (side: keyof Sides, work: Timed, counts: boolean): Promise<void> => {
    for (let i = 0; i < block; i++) {
      const ms = await work();
      if (counts) samples[side].push(ms);
    }
  };
  for (let round = -warmup; round < rounds; round++) {
    const turns = [() => turn("subject", subject, round >= 0), () => turn("baseline", baseline, round >= 0)];
    for (const next of round % 2 === 0 ? turns : turns.reverse()) await next();
  }
  return samples;
}

/** The value below which this share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);
