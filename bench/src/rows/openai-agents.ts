import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import type { Bench } from "../bench.ts";
import { paired, timed } from "../measure.ts";
import { withTools } from "../openai-agents/allowed.ts";
import { countersigned, native } from "../openai-agents/round-trip.ts";
import { memoryStates, sqliteStates, type States } from "../openai-agents/states.ts";
import { explained, ratioFigure, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";
import { keeping, partsOf, type RoundTrip } from "../trip.ts";
import { added } from "./allowed-call.ts";

/** Calls of one turn, so that what a call costs stands out from what a run costs. */
const CALLS = 20;
const PROFILED = 50;

/** A call that the policy allows, beside the same call without a gate. */
const allowedCall: Row = {
  name: "Allowed call on OpenAI Agents",
  async run(bench) {
    const [many, one] = [withTools(CALLS), withTools(1)];
    const rounds = { rounds: bench.rounds(200), warmup: bench.rounds(20) };
    const each = await paired(() => timed(many.gated), () => timed(many.plain), rounds); // prettier-ignore
    const whole = await paired(() => timed(one.gated), () => timed(one.plain), rounds); // prettier-ignore
    return [
      added("allowed call: added on OpenAI Agents, gateTools", each, CALLS),
      ratioFigure("allowed call: whole run, OpenAI Agents gateTools", whole, 1.05),
    ];
  },
};

/** A store, and a place of the same kind for the SDK's own states. */
interface Equal extends AsyncDisposable {
  readonly store: StorePort;
  readonly states: States;
}

async function inMemory(): Promise<Equal> {
  const store = memoryStore();
  return { store, states: memoryStates(), [Symbol.asyncDispose]: () => store.close() };
}

async function inFile(bench: Bench, sqlite: BenchStore): Promise<Equal> {
  const { store, address } = await bench.place(sqlite, bench.scale.few);
  if (address.type !== "sqlite") throw new Error("the SDK's states are kept in a file");
  const states = sqliteStates(address.path);
  return { store, states, [Symbol.asyncDispose]: async () => states.close() };
}

/** Pause, decide and resume, beside a RunState that the application keeps in an equal place. */
function roundTrip(kind: string, open: (bench: Bench) => Promise<Equal>): Row {
  const name = `OpenAI Agents: pause, decide and resume, ${kind}`;
  return {
    name,
    async run(bench) {
      await using equal = await open(bench);
      const ours: RoundTrip[] = [];
      const theirs: RoundTrip[] = [];
      const sides = await paired(keeping(ours, countersigned(equal.store)), keeping(theirs, native(equal.states)), {
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

export function openaiAgents(sqlite: BenchStore): readonly Row[] {
  return [allowedCall, roundTrip("memory", inMemory), roundTrip(sqlite.name, (bench) => inFile(bench, sqlite))];
}
