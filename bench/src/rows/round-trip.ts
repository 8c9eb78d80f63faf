import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import type { Bench } from "../bench.ts";
import { countersigned, native } from "../langgraph/round-trip.ts";
import { memorySaver, saverBeside, writesDuring, type Saver } from "../langgraph/savers.ts";
import { paired } from "../measure.ts";
import { explained, ratioFigure, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";
import { keeping, partsOf, type RoundTrip } from "../trip.ts";

const PROFILED = 50;

/** Pause, decide and resume on LangGraph, beside humanInTheLoopMiddleware on an equal store. */
export function roundTrips(stores: readonly BenchStore[]): readonly Row[] {
  return [rowOf("memory", inMemory), ...stores.map((store) => rowOf(store.name, (bench) => inPlaceOf(bench, store)))];
}

/** A store, and a checkpointer of the same kind for each side. */
interface Equal extends AsyncDisposable {
  readonly store: StorePort;
  readonly savers: readonly [Saver, Saver];
}

async function inMemory(): Promise<Equal> {
  const savers = [memorySaver(), memorySaver()] as const;
  const store = memoryStore();
  return { store, savers, [Symbol.asyncDispose]: () => store.close() };
}

async function inPlaceOf(bench: Bench, of: BenchStore): Promise<Equal> {
  const { store, address } = await bench.place(of, bench.scale.few);
  const savers = [await saverBeside(address), await saverBeside(address)] as const;
  const close = async (): Promise<void> => {
    for (const saver of savers) await saver.close();
  };
  return { store, savers, [Symbol.asyncDispose]: close };
}

function rowOf(kind: string, open: (bench: Bench) => Promise<Equal>): Row {
  const name = `LangGraph: pause, decide and resume, ${kind}`;
  return {
    name,
    async run(bench) {
      await using equal = await open(bench);
      const { store, savers } = equal;
      const ours: RoundTrip[] = [];
      const theirs: RoundTrip[] = [];
      const sides = await paired(
        keeping(ours, countersigned(store, savers[0].saver)),
        keeping(theirs, native(savers[1].saver)),
        { rounds: bench.rounds(200), warmup: bench.rounds(20) }, // prettier-ignore
      );
      const parts = async (): Promise<readonly string[]> => [
        partsOf("Countersign", ours),
        partsOf("native", theirs),
        ...(await storeParts(equal, bench.rounds(PROFILED))),
      ];
      return [await explained(ratioFigure(name, sides, 1.25), parts)];
    },
  };
}

async function storeParts({ store, savers }: Equal, trips: number): Promise<readonly string[]> {
  const { store: timing, spent } = timedStore(store);
  const trip = countersigned(timing, savers[0].saver);
  for (let i = 0; i < trips; i++) await trip();
  const ours = await writesDuring(savers[0], countersigned(store, savers[0].saver));
  const theirs = await writesDuring(savers[1], native(savers[1].saver));
  return [...spentPerRun(spent, trips), `writes of LangGraph's own: ${ours} under Countersign, ${theirs} without`];
}
