import { atMost, atMostTimes } from "../aim.ts";
import { counted } from "../bench.ts";
import { medianMs, quantile } from "../measure.ts";
import { operations } from "../operations/claims.ts";
import { inMs, timedFigure, type Reader, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { measuredCases } from "../warm-and-cold.ts";

const P50_TIMES = 2;
const P99_MS = 10;

/** From a recorded decision until a worker in another process has claimed its thread. */
export function claimRow(store: BenchStore): Row {
  return {
    name: `${store.name}: decided to claimed in another process`,
    async run(bench) {
      const sizes = [bench.scale.few, bench.scale.many];
      const addresses = [];
      for (const pending of sizes) addresses.push((await bench.place(store, pending)).address);
      const cases = await measuredCases(bench, operations, { addresses }, { rounds: 200 });
      return cases.flatMap((one, i) => {
        const what = `${store.name}: decided to claimed, ${counted(sizes[i] ?? 0)} pending`;
        return [
          timedFigure(`${what}, p50`, "ms", one, inMs, atMostTimes(P50_TIMES)),
          timedFigure(`${what}, p99`, "ms", one, p99, atMost(P99_MS, "ms")),
        ];
      });
    },
  };
}

const p99: Reader = ({ subject, baseline }) => {
  return { value: quantile(subject.map(({ ms }) => ms), 0.99), baseline: medianMs(baseline) }; // prettier-ignore
};
