import { counted } from "../bench.ts";
import { runChild } from "../children/child.ts";
import { median } from "../measure.ts";
import { explained, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";

interface Held {
  /** MB */
  readonly heap: number;
  readonly rss: number;
}

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
        samples.full.push(runChild("held", { address: full.address }, ["--expose-gc"]));
        samples.empty.push(runChild("held", { address: empty.address }, ["--expose-gc"]));
      }
      const p50 = (side: keyof typeof samples, what: keyof Held): number => median(samples[side].map((held) => held[what]));
      const value = p50("full", "heap");
      const baseline = p50("empty", "heap");
      const name = `${store.name}: memory with ${counted(many)} pending, beside none`;
      const figure = { name, unit: "MB", value, baseline, ratio: value / baseline, aim: `+0 (${NOTHING} MB)`, holds: value - baseline <= NOTHING } as const; // prettier-ignore
      return [await explained(figure, async () => [`resident: ${p50("full", "rss").toFixed(1)} MB, beside ${p50("empty", "rss").toFixed(1)} MB`])]; // prettier-ignore
    },
  };
}
