import { randomUUID } from "node:crypto";
import { timed } from "../measure.ts";
import type { Opened, Operations } from "../operations.ts";
import { readyAt, type Address } from "../stores/address.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";
import { seedTurns, turning } from "../turns.ts";

interface Given {
  /** A store whose long thread is there. Absent: one in memory, which gets it first. */
  readonly address?: Address;
  /** The thread with so many turns behind it. */
  readonly long: string;
  readonly turns: number;
}

/** A turn of a long thread, beside the first turn of a new one. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ address, long, turns }: Given): Promise<Opened> {
  const store = await readyAt(address);
  if (!address) await seedTurns(store, long, turns);
  const turn = turning(store);
  const first = () => turn(`bench-thread-${randomUUID()}`);
  const profile = async (times: number): Promise<readonly string[]> => {
    const { store: timing, spent } = timedStore(store);
    const timedTurn = turning(timing);
    for (let i = 0; i < times; i++) await timedTurn(long);
    return spentPerRun(spent, times);
  };
  return {
    cases: [{ subject: () => timed(() => turn(long)), baseline: () => timed(first), profile }],
    // A turn is a turn: where the long thread's take hundreds of milliseconds, those of short ones warm them as well.
    warmUp: first,
    [Symbol.asyncDispose]: () => store.close(),
  };
}
