import { operations } from "../operations/writers.ts";
import { explained, perSecond, timedFigure, type Result, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { measured, profileOf } from "../warm-and-cold.ts";

const WRITERS = 16;
const ROUNDS = 5;
const COMMITS = 2_000;

/** Many writers at once: what is left of the database's own throughput. */
export function writersRow(store: BenchStore): Row {
  const { watched, throughCore, alone } = store.writers;
  const { rows } = store.commits;
  const name = `${store.name}: ${WRITERS} writers`;
  const figures = [
    { what: "through core", aim: throughCore },
    { what: "the commit alone", aim: alone },
  ] as const;
  return {
    name,
    async run(bench) {
      const { address } = await bench.place(store, bench.scale.few);
      const results: Result[] = [];
      for (const { what, aim } of figures) {
        const given = { address, writers: WRITERS, what, watched, rows, bulk: bench.rounds(COMMITS) };
        const both = await measured(bench, operations, given, { rounds: ROUNDS });
        const figure = timedFigure(`${name} suspend, ${what}`, "commits/s", both, perSecond, aim);
        results.push(await explained(figure, () => profileOf(bench, operations, given, COMMITS)));
      }
      return results;
    },
  };
}
