import { atMost } from "../aim.ts";
import { counted } from "../bench.ts";
import { quantile } from "../measure.ts";
import { explained, singleFigure, timedFigure, type Reader, type Row } from "../row.ts";
import { audienceOf, type Audience } from "../serving/audience.ts";
import { Decisions } from "../serving/decisions.ts";
import { flow } from "../serving/flow.ts";
import type { BenchStore } from "../stores/bench-store.ts";

const P99_MS = 100;
const MOST_KB = 50;
const ROUNDS = 100;
/** ms between two decisions: five a second. */
const BETWEEN = 200;
/** A decision is so many operations at the least: each who listens is told of it. */
const OPERATIONS = 10;

/** Many listen to a server while decisions are made in another process, beside as many streams of Node's own `http`. */
export function listenersRow(store: BenchStore): Row {
  return {
    name: `${store.name}: live events over HTTP`,
    async run(bench) {
      const { cold, listeners, few } = bench.scale;
      const warm = Math.ceil(bench.scale.warm / OPERATIONS);
      const { address } = await bench.place(store, few);
      const rounds = bench.rounds(ROUNDS);
      bench.note("asking what is decided later");
      await using decisions = await Decisions.prepared(address, cold + warm + rounds);
      bench.note(`${counted(listeners)} begin to listen`);
      await using ours = await audienceOf("server", { address }, listeners);
      await using bare = await audienceOf("bare-server", {}, listeners);
      const sides = { subject: () => decisions.heardBy(ours), baseline: () => writtenTo(bare) };
      bench.note("the first decisions");
      const first = await flow(sides, cold, BETWEEN);
      bench.note("warming up");
      for (let i = 0; i < warm; i++) for (const side of Object.values(sides)) await side();
      bench.note(`${1_000 / BETWEEN} decisions a second`);
      const cpu = [await ours.ask<number>("cpu"), await bare.ask<number>("cpu")] as const;
      const both = { cold: first, warm: await flow(sides, rounds, BETWEEN) };
      const spent = [((await ours.ask<number>("cpu")) - cpu[0]) / rounds, ((await bare.ask<number>("cpu")) - cpu[1]) / rounds] as const;
      const [held, limit] = [await ours.heldForEach(), await bare.heldForEach()];
      const what = `${store.name}: ${counted(listeners)} listeners`;
      const p99 = timedFigure(`${what}, decision to event, p99`, "ms", both, at(0.99), atMost(P99_MS, "ms"));
      const memory = singleFigure(`${what}, memory for each`, "kB", { value: held.heap, baseline: limit.heap }, atMost(MOST_KB, "kB"));
      return [
        timedFigure(`${what}, decision to event, p50`, "ms", both, at(0.5)),
        await explained(p99, async () => [`CPU of the server for a decision: ${spent[0].toFixed(1)} ms, beside ${spent[1].toFixed(1)} ms`]),
        await explained(memory, async () => [`resident: ${held.rss.toFixed(1)} kB, beside ${limit.rss.toFixed(1)} kB`]),
      ];
    },
  };
}

/** The value below which this share of all listeners of all decisions lies. */
const at =
  (share: number): Reader =>
  ({ subject, baseline }) => ({ value: quantile(subject.map(({ ms }) => ms), share), baseline: quantile(baseline.map(({ ms }) => ms), share) }); // prettier-ignore

let events = 0;
async function writtenTo(bare: Audience): Promise<readonly number[]> {
  const name = String(++events).padStart(32, "0");
  return bare.hear(name, () => bare.ask<number>(name));
}
