import { randomUUID } from "node:crypto";
import { atMostTimes } from "../aim.ts";
import { counted } from "../bench.ts";
import { operations } from "../operations/turns.ts";
import { explained, inMs, timedFigure, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { seedTurns } from "../turns.ts";
import { measured, profileOf } from "../warm-and-cold.ts";

const MOST = 1.2;

/** A turn with many behind it, beside the first one. Without a store in memory. */
export function turnRow(store?: BenchStore): Row {
  const where = store?.name ?? "Memory";
  return {
    name: `${where}: a turn of a long thread`,
    async run(bench) {
      const { few, turns } = bench.scale;
      const long = `bench-long-${randomUUID()}`;
      const place = store && (await bench.place(store, few));
      if (place) {
        bench.note(`giving a thread ${counted(turns)} turns`);
        await seedTurns(place.store, long, turns);
      }
      const given = { long, turns, ...(place && { address: place.address }) };
      const both = await measured(bench, operations, given, { rounds: 100 });
      const figure = timedFigure(`${where}: a turn with ${counted(turns)} behind it`, "ms", both, inMs, atMostTimes(MOST));
      return [await explained(figure, () => profileOf(bench, operations, given, 20))];
    },
  };
}
