import { createGate, type ApprovalRequest, type RequestQuery } from "@countersign/core";
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

/** What is asked for, given a request from the middle. */
type Filter = RequestQuery | ((middle: ApprovalRequest) => RequestQuery);

/** Whatever the inbox can be asked for. */
const FILTERS: Readonly<Record<string, Filter>> = {
  "all pending": {},
  newest: { order: "newest" },
  tool: { tool: toolOf(3) },
  agent: { agent: agentOf(3) },
  "who asked": { requestedBy: requesterOf(3) },
  thread: { threadId: CROWDED },
  "reviewable by": { reviewableBy: fiona },
  "reviewable by, newest": { reviewableBy: fiona, order: "newest" },
  "tool and agent": { tool: toolOf(3), agent: agentOf(3) },
  "from the middle": (middle) => ({ after: cursorOf(middle) }),
  "by deadline": { order: "deadline" },
  "by deadline, from the middle": (middle) => ({ order: "deadline", after: cursorOf(middle, "deadline") }),
  "reviewable by, by deadline": { reviewableBy: fiona, order: "deadline" },
  "asked before": (middle) => ({ askedBefore: middle.askedAt, order: "newest" }),
  "visible to": { visibleTo: fiona },
};

/** What it can be asked for beside what is pending. */
const OTHERS: Readonly<Record<string, Filter>> = {
  "of any state, visible to": { visibleTo: fiona, order: "newest" },
  "decided by": { decidedBy: fiona.id },
  "beginning of an id": ({ id }) => ({ idPrefix: id.slice(0, 3) }),
  "search, a rare word": ({ threadId }) => ({ search: threadId }),
  "search, common words": { search: "send pay" },
  "search, common words, reviewable by": { search: "send pay", reviewableBy: fiona },
};

/** A page of the inbox with many pending requests, beside the same page with few. */
export function pageRow(store: BenchStore): Row {
  return {
    name: `${store.name}: a page of ${LIMIT}`,
    async run(bench) {
      const { few, many } = bench.scale;
      const [full, small] = [await bench.place(store, many), await bench.place(store, few)];
      const queries = [];
      const middles = { full: await middleOf(full.store, many), small: await middleOf(small.store, few) };
      const filters = [...Object.entries(FILTERS), ...Object.entries(OTHERS)];
      for (const [name, filter] of filters) {
        const isPending = name in FILTERS;
        queries.push({
          full: await queryOf(full, filter, middles.full, isPending),
          small: await queryOf(small, filter, middles.small, isPending),
        });
      }
      const given = { full: full.address, small: small.address, queries };
      const cases = await measuredCases(bench, operations, given, { rounds: ROUNDS });
      const results: Result[] = [];
      for (const [i, [name]] of filters.entries()) {
        const one = cases[i];
        if (!one) throw new Error(`${name} was not measured`);
        const figure = timedFigure(`${store.name}: page of ${LIMIT} of ${counted(many)}, ${name}`, "ms", one, inMs, AIM);
        results.push(await explained(figure, () => profileOf(bench, operations, given, ROUNDS, i)));
      }
      return results;
    },
  };
}

async function queryOf({ store }: Place, filter: Filter, middle: ApprovalRequest, isPending: boolean): Promise<RequestQuery> {
  const where = typeof filter === "function" ? filter(middle) : filter;
  const query: RequestQuery = { ...(isPending && { status: "pending" }), limit: LIMIT, ...where };
  const { items } = await createGate({ store }).list(query);
  if (items.length < (isPending ? LIMIT : 1)) throw new Error(`there are only ${items.length} of these`);
  return query;
}

/** Half of the seeded requests are older: they were asked one a millisecond. */
async function middleOf(store: Place["store"], pending: number): Promise<ApprovalRequest> {
  const gate = createGate({ store });
  const [oldest] = (await gate.list({ status: "pending", limit: 1 })).items;
  const after = cursorOf({ askedAt: (oldest?.askedAt ?? 0) + Math.floor(pending / 2), id: "0" });
  const [middle] = (await gate.list({ status: "pending", limit: 1, after })).items;
  if (!middle) throw new Error("there is no request in the middle");
  return middle;
}
