import { createGate, type RequestQuery } from "@countersign/core";
import { cursorOf } from "@countersign/core/store";
import { atMost, atMostTimes, both } from "../aim.ts";
import { counted } from "../bench.ts";
import { operations } from "../operations/pages.ts";
import { explained, inMs, timedFigure, type Result, type Row } from "../row.ts";
import type { BenchStore, Place } from "../stores/bench-store.ts";
import { agentOf, fiona, requesterOf, toolOf } from "../stores/policy.ts";
import { CROWDED } from "../stores/seed.ts";
import { measuredCases, profileOf } from "../warm-and-cold.ts";

const LIMIT = 50;
const AIM = both(atMost(1, "ms"), atMostTimes(1.5));
const ROUNDS = 100;

/** Whatever the inbox can be asked for. The last is a page from the middle. */
const FILTERS: Readonly<Record<string, RequestQuery | "middle">> = {
  "all pending": {},
  newest: { order: "newest" },
  tool: { tool: toolOf(3) },
  agent: { agent: agentOf(3) },
  "who asked": { requestedBy: requesterOf(3) },
  thread: { threadId: CROWDED },
  "reviewable by": { reviewableBy: fiona },
  "reviewable by, newest": { reviewableBy: fiona, order: "newest" },
  "tool and agent": { tool: toolOf(3), agent: agentOf(3) },
  "from the middle": "middle",
};

/** A page of the inbox with many pending requests, beside the same page with few. */
export function pageRow(store: BenchStore): Row {
  return {
    name: `${store.name}: a page of ${LIMIT}`,
    async run(bench) {
      const { few, many } = bench.scale;
      const [full, small] = [await bench.place(store, many), await bench.place(store, few)];
      const queries = [];
      for (const filter of Object.values(FILTERS))
        queries.push({ full: await queryOf(full, filter, many), small: await queryOf(small, filter, few) });
      const given = { full: full.address, small: small.address, queries };
      const cases = await measuredCases(bench, operations, given, { rounds: ROUNDS });
      const results: Result[] = [];
      for (const [i, name] of Object.keys(FILTERS).entries()) {
        const one = cases[i];
        if (!one) throw new Error(`${name} was not measured`);
        const figure = timedFigure(`${store.name}: page of ${LIMIT} of ${counted(many)}, ${name}`, "ms", one, inMs, AIM);
        results.push(await explained(figure, () => profileOf(bench, operations, given, ROUNDS, i)));
      }
      return results;
    },
  };
}

async function queryOf({ store }: Place, filter: RequestQuery | "middle", pending: number): Promise<RequestQuery> {
  const gate = createGate({ store });
  const where = filter === "middle" ? { after: await middleOf(store, pending) } : filter;
  const query = { status: "pending", limit: LIMIT, ...where } as const;
  const { items } = await gate.list(query);
  if (items.length < LIMIT) throw new Error(`there are only ${items.length} of these`);
  return query;
}

/** Half of the seeded requests are older: they were asked one a millisecond. */
async function middleOf(store: Place["store"], pending: number): Promise<string> {
  const [oldest] = (await createGate({ store }).list({ status: "pending", limit: 1 })).items;
  return cursorOf({ askedAt: (oldest?.askedAt ?? 0) + Math.floor(pending / 2), id: "0" });
}
