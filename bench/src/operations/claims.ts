import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { StorePort } from "@countersign/core/store";
import { startChild, stopChild } from "../children/child.ts";
import { inBulk, type Comparison, type Timed } from "../measure.ts";
import { decideOn, suspendOne } from "../moves.ts";
import type { Opened, Operations } from "../operations.ts";
import { readyAt, type Address } from "../stores/address.ts";
import { rawAt } from "../stores/raw.ts";

const AGENT = "bench-worker";
const ROUND_TRIPS = 3;
const COMMITS = 2;

interface Given {
  readonly addresses: readonly Address[];
}

/** From the moment that a decision is recorded here until another process has claimed its thread. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ addresses }: Given): Promise<Opened> {
  const cases: (Comparison & { readonly hurried: Timed; readonly close: () => Promise<void> })[] = [];
  for (const address of addresses) {
    const store = await readyAt(address);
    const raw = await rawAt(address);
    let starting: Promise<ChildProcess> | undefined;
    const worker = () => (starting ??= startChild("worker", { address, agent: AGENT }));
    cases.push({
      subject: async () => claimedAfter(store, await worker(), "undisturbed"),
      hurried: async () => claimedAfter(store, await worker(), "at once"),
      baseline: inBulk(async () => {
        for (let i = 0; i < ROUND_TRIPS; i++) await raw.roundTrip();
        for (let i = 0; i < COMMITS; i++) await raw.commit(1);
      }),
      async close() {
        if (starting) await stopChild(await starting);
        await store.close();
        await raw.close();
      },
    });
  }
  return {
    cases,
    async warmUp() {
      for (const { hurried, baseline } of cases) {
        await hurried(1);
        await baseline(1);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { close } of cases) await close();
    },
  };
}

async function claimedAfter(store: StorePort, worker: ChildProcess, when: "undisturbed" | "at once") {
  const request = await suspendOne(store, AGENT, "released");
  // The worker sees that too: what it does about it shall be over. And decisions don't come in step with anybody's timer.
  if (when === "undisturbed") await sleep(10 + Math.random() * 60);
  const reported = once(worker, "message");
  await decideOn(store, request);
  const decided = process.hrtime.bigint();
  const [{ thread, at }] = (await reported) as [{ readonly thread: string; readonly at: string }];
  if (thread !== request.threadId) throw new Error("the worker claimed another thread");
  // It may have been claimed before the decision's own process had its answer. Several processes took part: their CPU is not told apart.
  return { ms: Math.max(0, Number(BigInt(at) - decided) / 1e6), cpu: 0 };
}
