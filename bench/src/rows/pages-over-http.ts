import { atMostTimes } from "../aim.ts";
import { counted } from "../bench.ts";
import { operations, type Asking } from "../operations/pages-over-http.ts";
import { explained, inMs, timedFigure, type Result, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { fiona } from "../stores/policy.ts";
import { measuredCases, profileOf } from "../warm-and-cold.ts";

const LIMIT = 50;
const AIM = atMostTimes(3);
const ROUNDS = 100;

/** What an operator sees, and what a reviewer's inbox asks for. */
const PAGES: Readonly<Record<string, Asking>> = {
  "all pending, to an operator": {
    by: "operator",
    path: `?status=pending&limit=${LIMIT}`,
    query: { status: "pending", limit: LIMIT },
  },
  "what Fiona may sign": {
    by: "fiona",
    path: `?status=pending&mine=true&order=deadline&limit=${LIMIT}`,
    query: { status: "pending", reviewableBy: fiona, visibleTo: fiona, order: "deadline", limit: LIMIT },
  },
  "what Fiona may see, searched": {
    by: "fiona",
    path: `?search=send+pay&limit=${LIMIT}`,
    query: { search: "send pay", visibleTo: fiona, limit: LIMIT },
  },
};

/** A page of many pending requests over HTTP, beside the same page of the gate. */
export function pageOverHttpRow(store: BenchStore): Row {
  return {
    name: `${store.name}: a page of ${LIMIT} over HTTP`,
    async run(bench) {
      const { many } = bench.scale;
      const { address } = await bench.place(store, many);
      const given = { address, askings: Object.values(PAGES) };
      const cases = await measuredCases(bench, operations, given, { rounds: ROUNDS });
      const results: Result[] = [];
      for (const [i, name] of Object.keys(PAGES).entries()) {
        const one = cases[i];
        if (!one) throw new Error(`${name} was not measured`);
        const figure = timedFigure(`${store.name}: page of ${LIMIT} of ${counted(many)} over HTTP, ${name}`, "ms", one, inMs, AIM);
        results.push(await explained(figure, () => profileOf(bench, operations, given, ROUNDS, i)));
      }
      return results;
    },
  };
}
