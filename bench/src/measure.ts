/** What one operation took. */
export interface Sample {
  readonly ms: number;
  /** CPU of this process, all its threads, in ms. */
  readonly cpu: number;
}

/** Samples of the two sides of a comparison. */
export interface Sides {
  readonly subject: readonly Sample[];
  readonly baseline: readonly Sample[];
}

/** Runs so many operations and answers what one of them took. What has to be prepared for them is not counted. */
export type Timed = (operations: number) => Promise<Sample>;

/** Two things that do the same job. */
export interface Comparison {
  readonly subject: Timed;
  readonly baseline: Timed;
  /** So many operations make one sample: one alone is too short, or many run at once. Default: 1. */
  readonly bulk?: number;
  /** Lines that say where the time of the subject goes. */
  readonly profile?: (operations: number) => Promise<readonly string[]>;
}

/** What this took. */
export async function timed(work: () => unknown): Promise<Sample> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const pending = work();
  if (pending instanceof Promise) await pending;
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpu: (user + system) / 1_000 };
}

/** A loop of so many operations, as one sample. */
export function inBulk(work: (operations: number) => unknown): Timed {
  return async (operations) => {
    const { ms, cpu } = await timed(() => work(operations));
    return { ms: ms / operations, cpu: cpu / operations };
  };
}

/** So many workers share the work. */
export async function together(workers: number, times: number, work: (worker: number, n: number) => unknown): Promise<void> {
  let n = 0;
  const working = async (worker: number): Promise<void> => {
    while (n < times) await work(worker, n++);
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => working(worker)));
}

/**
 * Measures two things beside each other. They take turns, and they take turns in going first, so that whatever else the
 * machine does slows both alike.
 * @param block samples in a row before the other's turn
 */
export async function paired({ subject, baseline, bulk = 1 }: Comparison, rounds: number, block: number): Promise<Sides> {
  const samples = { subject: [] as Sample[], baseline: [] as Sample[] };
  const sides = [
    [samples.subject, subject],
    [samples.baseline, baseline],
  ] as const;
  for (let round = 0; round < rounds; round++)
    for (const [kept, work] of round % 2 === 0 ? sides : sides.toReversed()) for (let i = 0; i < block; i++) kept.push(await work(bulk));
  return samples;
}

/** The value below which this share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);
export const medianMs = (samples: readonly Sample[]): number => median(samples.map(({ ms }) => ms));
export const meanCpu = (samples: readonly Sample[]): number => samples.reduce((sum, { cpu }) => sum + cpu, 0) / samples.length;
