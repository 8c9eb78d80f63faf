import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import type { Bench } from "../bench.ts";
import { paired, timed } from "../measure.ts";
import type { Converse } from "../langgraph/allowed.ts";
import { explained, ratioFigure, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { keptInFile, keptInMemory, type Kept } from "../stores/kept.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";
import { keeping, partsOf, type RoundTrip } from "../trip.ts";
import { added } from "./allowed-call.ts";

/** Calls of one turn, so that what a call costs stands out from what a run costs. */
const CALLS = 20;
const PROFILED = 50;

/** A framework whose paused runs the application keeps itself. */
export interface Framework {
  readonly name: string;
  /** A run with so many allowed calls in one turn, gated and as it is. */
  readonly withTools: (calls: number) => { readonly gated: Converse; readonly plain: Converse };
  readonly countersigned: (store: StorePort) => () => Promise<RoundTrip>;
  readonly native: (kept: Kept) => () => Promise<RoundTrip>;
}

/** A call that the policy allows, beside the same call without a gate. */
function allowedCall({ name, withTools }: Framework): Row {
  return {
    name: `Allowed call on ${name}`,
    async run(bench) {
      const [many, one] = [withTools(CALLS), withTools(1)];
      const rounds = { rounds: bench.rounds(200), warmup: bench.rounds(20) };
      const each = await paired(() => timed(many.gated), () => timed(many.plain), rounds); // prettier-ignore
      const whole = await paired(() => timed(one.gated), () => timed(one.plain), rounds); // prettier-ignore
      return [
        added(`allowed call: added on ${name}, gateTools`, each, CALLS),
        ratioFigure(`allowed call: whole run, ${name} gateTools`, whole, 1.05),
      ];
    },
  };
}

/** A store, and a place of the same kind for what the application keeps. */
interface Equal extends AsyncDisposable {
  readonly store: StorePort;
  readonly kept: Kept;
}

async function inMemory(): Promise<Equal> {
  const store = memoryStore();
  return { store, kept: keptInMemory(), [Symbol.asyncDispose]: () => store.close() };
}

async function inFile(bench: Bench, sqlite: BenchStore): Promise<Equal> {
  const { store, address } = await bench.place(sqlite, bench.scale.few);
  if (address.type !== "sqlite") throw new Error("what the application keeps is kept in a file");
  const kept = keptInFile(address.path);
  return { store, kept, [Symbol.asyncDispose]: async () => kept.close() };
}

/** Pause, decide and resume, beside a run that the application keeps in an equal place. */
function roundTrip({ name: framework, countersigned, native }: Framework, kind: string, open: (bench: Bench) => Promise<Equal>): Row {
  const name = `${framework}: pause, decide and resume, ${kind}`;
  return {
    name,
    async run(bench) {
      await using equal = await open(bench);
      const ours: RoundTrip[] = [];
      const theirs: RoundTrip[] = [];
      const sides = await paired(keeping(ours, countersigned(equal.store)), keeping(theirs, native(equal.kept)), {
        rounds: bench.rounds(200),
        warmup: bench.rounds(20),
      });
      const parts = async (): Promise<readonly string[]> => {
        const { store, spent } = timedStore(equal.store);
        const trip = countersigned(store);
        const trips = bench.rounds(PROFILED);
        for (let i = 0; i < trips; i++) await trip();
        return [partsOf("Countersign", ours), partsOf("native", theirs), ...spentPerRun(spent, trips)];
      };
      return [await explained(ratioFigure(name, sides, 1.25), parts)];
    },
  };
}

export function rowsOf(framework: Framework, sqlite: BenchStore): readonly Row[] {
  return [
    allowedCall(framework),
    roundTrip(framework, "memory", inMemory),
    roundTrip(framework, sqlite.name, (bench) => inFile(bench, sqlite)),
  ];
}
