import { createGate, type Gate, type RequestQuery } from "@countersign/core";
import { cursorOf } from "@countersign/core/store";
import { counted, type Bench } from "../bench.ts";
import { median, paired, timed } from "../measure.ts";
import { explained, type Figure, type Result, type Row } from "../row.ts";
import type { BenchStore, Place } from "../stores/bench-store.ts";
import { agentOf, fiona, requesterOf, toolOf } from "../stores/policy.ts";
import { CROWDED } from "../stores/seed.ts";

const LIMIT = 50;
const MOST = 1.5;
const MOST_MS = 1;

/** Whatever the inbox can be asked for. A page from the middle is measured by itself. */
const FILTERS: Readonly<Record<string, RequestQuery>> = {
  "all pending": {},
  newest: { order: "newest" },
  tool: { tool: toolOf(3) },
  agent: { agent: agentOf(3) },
  "who asked": { requestedBy: requesterOf(3) },
  thread: { threadId: CROWDED },
  "reviewable by": { reviewableBy: fiona },
  "reviewable by, newest": { reviewableBy: fiona, order: "newest" },
  "tool and agent": { tool: toolOf(3), agent: agentOf(3) },
};

/** A page of the inbox with many pending requests, beside the same page with few. */
export function pageRow(store: BenchStore): Row {
  return {
    name: `${store.name}: a page of ${LIMIT}`,
    async run(bench) {
      const { few, many } = bench.scale;
      const full = await bench.place(store, many);
      const small = await bench.place(store, few);
      const pages = { ...FILTERS, "from the middle": undefined };
      const results: Result[] = [];
      for (const [name, query] of Object.entries(pages)) {
        bench.note(name);
        const what = `${store.name}: page of ${LIMIT} of ${counted(many)}, ${name}`;
        results.push(await measured(bench, what, await pageOf(full, query, many), await pageOf(small, query, few)));
      }
      return results;
    },
  };
}

/** How one page is fetched: as people see it, and as the store gives it. */
interface Fetch {
  readonly page: () => Promise<unknown>;
  readonly stored: () => Promise<unknown>;
}

async function pageOf({ store }: Place, query: RequestQuery | undefined, pending: number): Promise<Fetch> {
  const gate = createGate({ store });
  const asked = { status: "pending", limit: LIMIT, ...(query ?? { after: await middleOf(gate, pending) }) } as const;
  const { items } = await gate.list(asked);
  if (items.length < LIMIT) throw new Error(`there are only ${items.length} of these`);
  return { page: () => gate.list(asked), stored: () => store.listRequests("default", asked) };
}

/** Half of the seeded requests are older: they were asked one a millisecond. */
async function middleOf(gate: Gate, pending: number): Promise<string> {
  const [oldest] = (await gate.list({ status: "pending", limit: 1 })).items;
  return cursorOf({ askedAt: (oldest?.askedAt ?? 0) + Math.floor(pending / 2), id: "0" });
}

async function measured(bench: Bench, name: string, many: Fetch, few: Fetch): Promise<Result> {
  const rounds = bench.rounds(100);
  const { subject, baseline } = await paired(() => timed(many.page), () => timed(few.page), { rounds }); // prettier-ignore
  const value = median(subject);
  const beside = median(baseline);
  const ratio = value / beside;
  const holds = value <= MOST_MS && ratio <= MOST;
  const figure: Figure = { name, unit: "ms", value, baseline: beside, ratio, aim: `≤ ${MOST_MS} ms, ≤ ${MOST}x`, holds };
  return explained(figure, async () => {
    const stored = await paired(() => timed(many.stored), () => timed(few.stored), { rounds }); // prettier-ignore
    return [
      `the store's part: ${median(stored.subject).toFixed(3)} ms, beside ${median(stored.baseline).toFixed(3)} ms; the rest is core checking each record`,
    ];
  });
}
