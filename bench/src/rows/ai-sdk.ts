import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import type { Bench } from "../bench.ts";
import { paired, timed } from "../measure.ts";
import { withTools } from "../ai-sdk/allowed.ts";
import { countersigned, native } from "../ai-sdk/round-trip.ts";
import { memoryChats, sqliteChats, type Chats } from "../ai-sdk/chats.ts";
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
  name: "Allowed call on AI SDK",
  async run(bench) {
    const [many, one] = [withTools(CALLS), withTools(1)];
    const rounds = { rounds: bench.rounds(200), warmup: bench.rounds(20) };
    const each = await paired(() => timed(many.gated), () => timed(many.plain), rounds); // prettier-ignore
    const whole = await paired(() => timed(one.gated), () => timed(one.plain), rounds); // prettier-ignore
    return [
      added("allowed call: added on AI SDK, gateTools", each, CALLS),
      ratioFigure("allowed call: whole run, AI SDK gateTools", whole, 1.05),
    ];
  },
};

/** A store, and a place of the same kind for the messages that an application keeps. */
interface Equal extends AsyncDisposable {
  readonly store: StorePort;
  readonly chats: Chats;
}

async function inMemory(): Promise<Equal> {
  const store = memoryStore();
  return { store, chats: memoryChats(), [Symbol.asyncDispose]: () => store.close() };
}

async function inFile(bench: Bench, sqlite: BenchStore): Promise<Equal> {
  const { store, address } = await bench.place(sqlite, bench.scale.few);
  if (address.type !== "sqlite") throw new Error("the messages are kept in a file");
  const chats = sqliteChats(address.path);
  return { store, chats, [Symbol.asyncDispose]: async () => chats.close() };
}

/** Pause, decide and resume, beside messages that the application keeps in an equal place. */
function roundTrip(kind: string, open: (bench: Bench) => Promise<Equal>): Row {
  const name = `AI SDK: pause, decide and resume, ${kind}`;
  return {
    name,
    async run(bench) {
      await using equal = await open(bench);
      const ours: RoundTrip[] = [];
      const theirs: RoundTrip[] = [];
      const sides = await paired(keeping(ours, countersigned(equal.store)), keeping(theirs, native(equal.chats)), {
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

export function aiSdk(sqlite: BenchStore): readonly Row[] {
  return [allowedCall, roundTrip("memory", inMemory), roundTrip(sqlite.name, (bench) => inFile(bench, sqlite))];
}
