import { memoryStore } from "@countersign/memory";
import { startChild, stopChild } from "../children/child.ts";
import { median, timed } from "../measure.ts";
import { explained, type Figure, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { rawPostgres } from "../stores/postgres.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";
import { suspendBatch, suspendOne } from "./commits.ts";

const TURNS = 5;
const COMMITS = 2_000;

/** Many writers at once, while others watch: what is left of the database's own throughput. */
export function writersRow(store: BenchStore): readonly Row[] {
  const { name, writers } = store;
  if (!writers) return [];
  const { count, least } = writers;
  return [
    {
      name: `${name}: ${count} writers`,
      async run(bench) {
        const { address, store: records } = await bench.place(store, bench.scale.few);
        if (address.type !== "postgres") throw new Error("only Postgres has writers beside each other");
        const raws = await Promise.all(Array.from({ length: count }, () => rawPostgres(address)));
        const worker = await startChild("worker", { address, agent: "bench-watching" });
        const unwatch = records.watch(() => {});
        const commits = bench.rounds(COMMITS);
        const perSecond = async (write: (writer: number, n: number) => unknown): Promise<number> =>
          (commits * 1_000) / (await timed(() => together(count, commits, write)));
        const sides = { raw: [] as number[], core: [] as number[], bare: [] as number[] };
        try {
          for (let turn = 0; turn < TURNS; turn++) {
            const batches = await prepared(commits);
            sides.raw.push(await perSecond((writer) => raws[writer]?.commit(1)));
            sides.core.push(await perSecond(() => suspendOne(records)));
            sides.bare.push(await perSecond((_, n) => batches[n] && records.commit(batches[n])));
          }
          const figure = (what: string, samples: readonly number[]): Figure => {
            const value = median(samples);
            const baseline = median(sides.raw);
            const ratio = value / baseline;
            const aim = { aim: `≥ ${least}x`, holds: ratio >= least };
            return { name: `${name}: ${count} writers suspend${what}`, unit: "commits/s", value, baseline, ratio, ...aim };
          };
          const parts = async (): Promise<readonly string[]> => {
            const { store: timing, spent } = timedStore(records);
            await perSecond(() => suspendOne(timing));
            const alone = (commits * 1_000) / (await timed(() => prepared(commits)));
            return [`core alone, without a database: ${Math.round(alone)} a second in one process`, ...spentPerRun(spent, commits)];
          };
          return [await explained(figure(", through core", sides.core), parts), figure(", the store's commit alone", sides.bare)];
        } finally {
          unwatch();
          await stopChild(worker);
          for (const raw of raws) await raw.close();
        }
      },
    },
  ];
}

/** So many writers share the work. */
async function together(writers: number, times: number, write: (writer: number, n: number) => unknown): Promise<void> {
  let n = 0;
  const writing = async (writer: number): Promise<void> => {
    while (n < times) await write(writer, n++);
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => writing(writer)));
}

/** What core would commit, made beforehand. */
async function prepared(commits: number) {
  const nowhere = memoryStore();
  const batches = [];
  for (let i = 0; i < commits; i++) batches.push(await suspendBatch(nowhere));
  return batches;
}
