import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { approve, createGate } from "@countersign/core";
import { counted } from "../bench.ts";
import { startChild, stopChild } from "../children/child.ts";
import { median, paired, quantile, timed } from "../measure.ts";
import type { Figure, Result, Row } from "../row.ts";
import type { BenchStore, Place } from "../stores/bench-store.ts";
import { fiona } from "../stores/policy.ts";
import { suspendOne } from "./commits.ts";

const AGENT = "bench-worker";
const ROUND_TRIPS = 3;
const COMMITS = 2;
const P50 = 2;
const P99_MS = 10;

/** From the moment that a decision is recorded here until another process has claimed its thread. */
export function claimedRow(store: BenchStore): Row {
  return {
    name: `${store.name}: decided to claimed in another process`,
    async run(bench) {
      const results: Result[] = [];
      for (const pending of [bench.scale.few, bench.scale.many]) {
        const place = await bench.place(store, pending);
        bench.note(`${counted(pending)} pending`);
        const what = `${store.name}: decided to claimed, ${counted(pending)} pending`;
        results.push(...figures(what, await measured(place, bench.rounds(200))));
      }
      return results;
    },
  };
}

interface Samples {
  /** ms */
  readonly claims: readonly number[];
  readonly limits: readonly number[];
}

async function measured({ address, store, raw }: Place, rounds: number): Promise<Samples> {
  const worker = await startChild("worker", { address, agent: AGENT });
  try {
    const limit = (): Promise<number> =>
      timed(async () => {
        for (let i = 0; i < ROUND_TRIPS; i++) await raw.roundTrip();
        for (let i = 0; i < COMMITS; i++) await raw.commit(1);
      });
    const { subject, baseline } = await paired(() => decideAndWait(store, worker), limit, { rounds });
    return { claims: subject, limits: baseline };
  } finally {
    await stopChild(worker);
  }
}

async function decideAndWait(store: Place["store"], worker: ChildProcess): Promise<number> {
  const request = await suspendOne(store, AGENT, "released");
  // The worker sees that too: what it does about it shall be over. And decisions don't come in step with anybody's timer.
  await sleep(10 + Math.random() * 60);
  const reported = once(worker, "message");
  await createGate({ store }).decide(request, approve(), { by: fiona });
  const decided = process.hrtime.bigint();
  const [{ thread, at }] = (await reported) as [{ readonly thread: string; readonly at: string }];
  if (thread !== request.threadId) throw new Error("the worker claimed another thread");
  // It may have been claimed before the decision's own process had its answer.
  return Math.max(0, Number(BigInt(at) - decided) / 1e6);
}

function figures(what: string, { claims, limits }: Samples): readonly Result[] {
  const [p50, p99, limit] = [median(claims), quantile(claims, 0.99), median(limits)];
  const common = { unit: "ms", baseline: limit } as const;
  const typical: Figure = { name: `${what}, p50`, ...common, value: p50, ratio: p50 / limit, aim: `≤ ${P50}x`, holds: p50 / limit <= P50 };
  const worst: Figure = { name: `${what}, p99`, ...common, value: p99, ratio: p99 / limit, aim: `≤ ${P99_MS} ms`, holds: p99 <= P99_MS };
  return [typical, worst];
}
