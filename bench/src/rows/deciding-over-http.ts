import { atMostMore } from "../aim.ts";
import { operations } from "../operations/deciding-over-http.ts";
import { explained, inMs, timedFigure, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { measured, profileOf } from "../warm-and-cold.ts";

/** What HTTP adds, however long the store takes. */
const AIM = atMostMore(2, "ms");
const ROUNDS = 200;
const PROFILED = 200;

/** A decision that is sent to the server, beside the same through the gate itself. */
export function decidingOverHttpRow(store: BenchStore): Row {
  const name = `${store.name}: decide over HTTP`;
  return {
    name,
    async run(bench) {
      const { address } = await bench.place(store, bench.scale.few);
      const both = await measured(bench, operations, { address }, { rounds: ROUNDS });
      const figure = timedFigure(name, "ms", both, inMs, AIM);
      return [await explained(figure, () => profileOf(bench, operations, { address }, PROFILED))];
    },
  };
}
