import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { sqliteStore } from "@countersign/sqlite";
import { MemorySaver, type BaseCheckpointSaver } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { countersigned, native, wholeOf, type RoundTrip } from "../langgraph/round-trip.ts";
import { median, paired, type Timed } from "../measure.ts";
import { explained, ratioFigure, type Row } from "../row.ts";
import { DATA } from "../stores/sqlite.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";

/** A store and checkpointers of the same kind, one for each side. */
interface Equal {
  readonly store: StorePort;
  readonly saver: () => BaseCheckpointSaver;
  close(): Promise<void>;
}

/** What a SqliteSaver works with, as far as it is used here; its package has no types. */
interface Database {
  pragma(text: string): unknown;
  close(): void;
}

const kinds: Readonly<Record<string, () => Equal>> = {
  memory() {
    const store = memoryStore();
    return { store, saver: () => new MemorySaver(), close: () => store.close() };
  },
  SQLite() {
    const folder = mkdtempSync(join(DATA, "trip-"));
    const store = sqliteStore(join(folder, "store.db"));
    const files: Database[] = [];
    return {
      store,
      saver() {
        const saver = SqliteSaver.fromConnString(join(folder, `graph-${files.length}.db`));
        const file = saver.db as unknown as Database;
        // Its own default may lose what it has acknowledged when the power fails; the store never does.
        file.pragma("journal_mode = WAL");
        file.pragma("synchronous = FULL");
        files.push(file);
        return saver;
      },
      async close() {
        for (const file of files) file.close();
        await store.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

const PROFILED = 50;

/** Pause, decide and resume on LangGraph, beside humanInTheLoopMiddleware on an equal store. */
export const roundTrips: readonly Row[] = Object.entries(kinds).map(([kind, open]) => ({
  name: `LangGraph: pause, decide and resume, ${kind}`,
  async run(bench) {
    const equal = open();
    try {
      const ours: RoundTrip[] = [];
      const theirs: RoundTrip[] = [];
      const sides = await paired(
        keeping(ours, countersigned(equal.store, equal.saver())),
        keeping(theirs, native(equal.saver())),
        { rounds: bench.rounds(200), warmup: 20 }, // prettier-ignore
      );
      const figure = ratioFigure(`LangGraph: pause, decide and resume, ${kind}`, sides, 1.25);
      return [
        await explained(figure, async () => [
          ...partsOf("Countersign", ours),
          ...partsOf("native", theirs),
          ...(await storeParts(equal, bench.rounds(PROFILED))),
        ]),
      ];
    } finally {
      await equal.close();
    }
  },
}));

function keeping(trips: RoundTrip[], trip: () => Promise<RoundTrip>): Timed {
  return async () => {
    const one = await trip();
    trips.push(one);
    return wholeOf(one);
  };
}

function partsOf(who: string, trips: readonly RoundTrip[]): readonly string[] {
  const p50 = (part: keyof RoundTrip): string => median(trips.map((trip) => trip[part])).toFixed(2);
  return [`${who}: pause ${p50("pause")} ms, decide ${p50("decide")} ms, resume ${p50("resume")} ms`];
}

async function storeParts({ store, saver }: Equal, trips: number): Promise<readonly string[]> {
  const { store: timing, spent } = timedStore(store);
  const trip = countersigned(timing, saver());
  for (let i = 0; i < trips; i++) await trip();
  return spentPerRun(spent, trips);
}
