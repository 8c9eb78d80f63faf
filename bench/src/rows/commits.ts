import { approve, createGate, type ApprovalRequest } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import type { Batch, StorePort } from "@countersign/core/store";
import { counted, type Bench } from "../bench.ts";
import { paired, timed, type Timed } from "../measure.ts";
import { explained, ratioFigure, type Result, type Row } from "../row.ts";
import type { BenchStore, Place } from "../stores/bench-store.ts";
import { ARGS, fiona, policy } from "../stores/policy.ts";
import { capturingStore, spentPerRun, timedStore } from "../stores/spy.ts";

/** Two connections write to one file: each has to look at its pages anew after the other wrote. In blocks, few of them do. */
const BLOCK = 10;
const ROUNDS = 30;
const PROFILED = 100;

let calls = 0;

/** One request of a new thread, recorded by core on this store. Released: whoever suspended it has let go of the thread. */
export async function suspendOne(store: StorePort, agent: string = "bench", end?: "released"): Promise<ApprovalRequest> {
  const gate = createGate({ policy, store, warn: () => {} });
  const number = `${process.pid}-${++calls}`;
  const call: ProposedCall = { turnId: "msg_1", callId: "call_0", tool: "pay", args: ARGS };
  const thread = openThread(gate, { threadId: `bench-run-${number}`, agent, framework: "bench", requestedBy: `bob-${number}` });
  const waits = thread.mustWait(call, { fresh: true });
  if (waits !== true && !(await waits)) throw new Error("the policy asks about every payment of the bench");
  const [request] = await thread.suspend([call], null);
  if (!request) throw new Error("a suspended call has a request");
  if (end) await thread.release("suspended");
  return request;
}

/** One commit of core's, and what has to be there for it. */
interface Move<T> {
  readonly name: string;
  readonly prepare: (store: StorePort) => Promise<T>;
  readonly act: (store: StorePort, prepared: T) => Promise<unknown>;
}

const SUSPEND: Move<void> = { name: "suspend", prepare: async () => {}, act: (store) => suspendOne(store) };
const DECIDE: Move<ApprovalRequest> = {
  name: "decide",
  prepare: (store) => suspendOne(store),
  act: (store, request) => createGate({ store }).decide(request, approve(), { by: fiona }),
};

/** A suspension, and a decision, each through core and as the store's bare commit, beside a raw commit in the same place. */
export function commitRows(store: BenchStore): readonly Row[] {
  return [rowOf(store, SUSPEND), rowOf(store, DECIDE)];
}

function rowOf<T>(store: BenchStore, move: Move<T>): Row {
  return {
    name: `${store.name}: ${move.name} one request`,
    async run(bench) {
      const results: Result[] = [];
      for (const pending of [bench.scale.few, bench.scale.many]) {
        const place = await bench.place(store, pending);
        bench.note(`${counted(pending)} pending`);
        results.push(...(await measured(bench, place, move, store.commits, `${store.name}: ${move.name}, ${counted(pending)} pending`)));
      }
      return results;
    },
  };
}

async function measured<T>(
  bench: Bench,
  place: Place,
  move: Move<T>,
  { rows, most }: BenchStore["commits"],
  name: string,
): Promise<readonly Result[]> {
  const { store, raw } = place;
  const options = { rounds: bench.rounds(ROUNDS), block: BLOCK, warmup: bench.rounds(5) };
  const baseline: Timed = () => timed(() => raw.commit(rows));
  const whole: Timed = async () => {
    const prepared = await move.prepare(store);
    return timed(() => move.act(store, prepared));
  };
  const bare: Timed = async () => {
    const batch = await batchOf(store, move);
    return timed(() => store.commit(batch));
  };
  const through = ratioFigure(`${name}, through core`, await paired(whole, baseline, options), most);
  const commit = ratioFigure(`${name}, the store's commit alone`, await paired(bare, baseline, options), most);
  return [await explained(through, () => partsOf(place, move, bench.rounds(PROFILED))), commit];
}

/** What core would commit to suspend one request. */
export function suspendBatch(store: StorePort): Promise<Batch> {
  return batchOf(store, SUSPEND);
}

/** What core gives to the store for this. */
async function batchOf<T>(store: StorePort, { prepare, act }: Move<T>): Promise<Batch> {
  const capturing = capturingStore(store);
  await act(capturing.store, await prepare(store));
  const [batch] = capturing.batches;
  if (!batch) throw new Error("nothing was committed");
  return batch;
}

/** Where the time of one run goes, on average. */
async function partsOf<T>({ store }: Place, { prepare, act }: Move<T>, runs: number): Promise<readonly string[]> {
  const { store: timing, spent } = timedStore(store);
  let whole = 0;
  for (let i = 0; i < runs; i++) {
    const prepared = await prepare(store);
    whole += await timed(() => act(timing, prepared));
  }
  return [`core itself: ${((whole - spent.waiting) / runs).toFixed(3)} ms`, ...spentPerRun(spent, runs)];
}
