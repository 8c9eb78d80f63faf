import { counted } from "../bench.ts";
import type { Move } from "../moves.ts";
import { operations } from "../operations/commits.ts";
import { explained, inMs, timedFigure, type Result, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { measuredCases, profileOf } from "../warm-and-cold.ts";

/** Two connections write to one file: each has to look at its pages anew after the other wrote. In blocks, few of them do. */
const BLOCK = 10;
const ROUNDS = 30;
const PROFILED = 100;

const THROUGH_CORE = "through core";
const ALONE = "the commit alone";
const ALL = ["suspend", "decide", "claim", "receipt"] as const satisfies readonly Move[];

/** The four commits of an approved call, beside a raw commit in the same place; the first two through core as well. */
export function commitRows(store: BenchStore): readonly Row[] {
  return ALL.map((move) => rowOf(store, move));
}

function rowOf(store: BenchStore, move: Move): Row {
  const { rows, throughCore, alone } = store.commits;
  const figures = [
    ...(move === "suspend" || move === "decide" ? [{ what: THROUGH_CORE, aim: throughCore } as const] : []),
    { what: ALONE, aim: alone[move] } as const,
  ];
  return {
    name: `${store.name}: ${move} one request`,
    async run(bench) {
      const sizes = [bench.scale.few, bench.scale.many];
      const addresses = [];
      for (const pending of sizes) addresses.push((await bench.place(store, pending)).address);
      const results: Result[] = [];
      for (const { what, aim } of figures) {
        const given = { addresses, move, what, rows };
        const cases = await measuredCases(bench, operations, given, { rounds: ROUNDS, block: BLOCK });
        for (const [i, one] of cases.entries()) {
          const figure = timedFigure(`${store.name}: ${move}, ${counted(sizes[i] ?? 0)} pending, ${what}`, "ms", one, inMs, aim);
          results.push(await explained(figure, () => profileOf(bench, operations, given, PROFILED, i)));
        }
      }
      return results;
    },
  };
}
