import { atMost, atMostTimes } from "../aim.ts";
import { countedCalls, countedQueries } from "../counts.ts";
import type { TRIPS } from "../frameworks.ts";
import { meanCpu } from "../measure.ts";
import { operations } from "../operations/trips.ts";
import { explained, inMs, singleFigure, timedFigure, type Reader, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { measured, profileOf } from "../warm-and-cold.ts";

const ROUNDS = 200;
const PROFILED = 50;
const COMMITS_MOST = 7;

/** A framework, and what a whole pause, decide and resume on it aims at. */
export interface Tripping {
  readonly framework: keyof typeof TRIPS;
  readonly name: string;
  /** Beside the framework's own, where that does enough to be a measure. */
  readonly mostTimes?: number;
  /** CPU that is added in memory, in ms. */
  readonly mostCpu?: number;
  readonly mostRoundTrips: number;
}

/** Pause, decide and resume, beside the framework's own on an equal store. Without a store in memory. */
export function tripRow(tripping: Tripping, store?: BenchStore): Row {
  const name = `${tripping.name}: pause, decide and resume, ${store?.name ?? "memory"}`;
  const mostTimes = tripping.mostTimes === undefined ? undefined : atMostTimes(tripping.mostTimes);
  const mostCpu = store || tripping.mostCpu === undefined ? undefined : atMost(tripping.mostCpu, "ms");
  return {
    name,
    async run(bench) {
      const given = { framework: tripping.framework, ...(store && { address: (await bench.place(store, bench.scale.few)).address }) };
      const both = await measured(bench, operations, given, { rounds: ROUNDS });
      const whole = timedFigure(name, "ms", both, inMs, mostTimes);
      const cpu = timedFigure(`${name}, CPU added`, "ms", both, cpuAdded, mostCpu);
      const parts = (): Promise<readonly string[]> => profileOf(bench, operations, given, PROFILED);
      return [await explained(whole, parts), await explained(cpu, parts)];
    },
  };
}

/** Means: work that is put off until many trips have gathered is theirs, too. */
const cpuAdded: Reader = ({ subject, baseline }) => {
  const beside = meanCpu(baseline);
  return { value: meanCpu(subject) - beside, baseline: beside };
};

/** How often a whole pause, decide and resume waits for its store, and how often it commits. */
export function countRow({ framework, name, mostRoundTrips }: Tripping, postgres: BenchStore, kept: BenchStore): Row {
  const what = `${name}: pause, decide and resume`;
  return {
    name: `${what}, counted`,
    async run(bench) {
      const calls = await countedCalls(framework);
      const { address } = await bench.place(postgres, bench.scale.few);
      const queries = await countedQueries(framework, address, (await bench.place(kept, bench.scale.few)).address);
      const roundTrips = atMost(mostRoundTrips);
      return [
        singleFigure(`${what}, round trips to a store`, "round trips", { value: calls.roundTrips }, roundTrips),
        singleFigure(`${what}, round trips to Postgres`, "round trips", { value: queries.roundTrips }, roundTrips),
        singleFigure(`${what}, queries of Postgres`, "queries", { value: queries.asked }),
        singleFigure(`${what}, commits`, "commits", { value: calls.commits }, atMost(COMMITS_MOST)),
      ];
    },
  };
}
