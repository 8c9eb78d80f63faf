import { atMostMore } from "../aim.ts";
import { counted } from "../bench.ts";
import { runChild } from "../children/child.ts";
import type { Held } from "../held.ts";
import { median } from "../measure.ts";
import { explained, singleFigure, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";

/** A page cache and the noise between two processes; one pointer for each of 1,000,000 requests would be 8 MB. */
const NOTHING = 2;

/** What a process holds when the store is full, beside one whose store is empty. */
export function memoryRow(store: BenchStore): Row {
  return {
    name: `${store.name}: memory of a process`,
    async run(bench) {
      const { many } = bench.scale;
      const full = await bench.place(store, many);
      const empty = await bench.place(store, 0);
      const samples = { full: [] as Held[], empty: [] as Held[] };
      for (let i = 0; i < bench.rounds(9); i++) {
        samples.full.push(await runChild<Held>("held", { address: full.address }, ["--expose-gc"]));
        samples.empty.push(await runChild<Held>("held", { address: empty.address }, ["--expose-gc"]));
      }
      const p50 = (side: keyof typeof samples, what: keyof Held): number => median(samples[side].map((held) => held[what]));
      const name = `${store.name}: memory with ${counted(many)} pending, beside none`;
      const figure = singleFigure(name, "MB", { value: p50("full", "heap"), baseline: p50("empty", "heap") }, atMostMore(NOTHING, "MB"));
      return [await explained(figure, async () => [`resident: ${p50("full", "rss").toFixed(1)} MB, beside ${p50("empty", "rss").toFixed(1)} MB`])]; // prettier-ignore
    },
  };
}
