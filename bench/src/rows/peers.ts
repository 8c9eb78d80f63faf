import { atLeastTimes, atMostTimes } from "../aim.ts";
import { quantile, type Sample } from "../measure.ts";
import { operations } from "../operations/signing.ts";
import type { Found } from "../peers/contestants.ts";
import { explained, inMs, notMeasured, perSecond, timedFigure, type Reader, type Row } from "../row.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { measured, profileOf } from "../warm-and-cold.ts";

/** Of the pool of each process, as is the default of most. */
const CONNECTIONS = 10;
const AT_ONCE = 16;
const ROUNDS = 200;
const WHOLE_ROUNDS = 10;
const WHOLE_RUNS = 320;
const PROFILED = 100;

/** Something else that has runs wait for a signature on Postgres. */
export interface Peer extends Found {
  /** From the approval to the effect: so many times the peer's at the most. */
  readonly mostTimes?: number;
  /** Whole runs: so many times as many as the peer's at the least. */
  readonly leastTimes: number;
}

/** Paused in one process and approved in another, beside a peer on the same server. */
export function peerRow(store: BenchStore, peer: Peer): Row {
  const name = `Peers on ${store.name}`;
  const effect = { name: `${name}: decided to effect, beside ${peer.name}`, aim: peer.mostTimes === undefined ? undefined : atMostTimes(peer.mostTimes) }; // prettier-ignore
  const whole = { name: `${name}: ${AT_ONCE} runs at once, beside ${peer.name}`, aim: atLeastTimes(peer.leastTimes) };
  return {
    name: `${name}: ${peer.name}`,
    async run(bench) {
      const trouble = await bench.peers();
      if (trouble !== undefined) return [effect, whole].map((missing) => notMeasured(missing.name, trouble, missing.aim));
      const { address } = await bench.place(store, bench.scale.few);
      if (address.type !== "postgres") throw new Error("the peers keep their runs in Postgres");
      const given = { url: address.url, beside: peer, connections: CONNECTIONS };
      const givenWhole = { ...given, whole: { atOnce: AT_ONCE, bulk: Math.max(2 * AT_ONCE, bench.rounds(WHOLE_RUNS)) } };
      const one = await measured(bench, operations, given, { rounds: ROUNDS });
      const many = await measured(bench, operations, givenWhole, { rounds: WHOLE_ROUNDS });
      return [
        await explained(timedFigure(`${effect.name}, p50`, "ms", one, inMs, effect.aim), () =>
          profileOf(bench, operations, given, PROFILED),
        ),
        timedFigure(`${effect.name}, p99`, "ms", one, p99),
        await explained(timedFigure(whole.name, "runs/s", many, perSecond, whole.aim), () =>
          profileOf(bench, operations, givenWhole, WHOLE_RUNS),
        ),
      ];
    },
  };
}

const p99: Reader = ({ subject, baseline }) => ({ value: longest(subject), baseline: longest(baseline) });
const longest = (samples: readonly Sample[]): number => quantile(samples.map(({ ms }) => ms), 0.99); // prettier-ignore
