/** A process of the chaos run: starts threads, decides, or works, until it is killed or told to end. @module */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWorker, isCountersignError, type Gate } from "@countersign/core";
import { effectsAt } from "../processes/effects.ts";
import { openAgent, type Agent } from "./agent.ts";
import { decisionOf, fateOf, type Order } from "./plan.ts";

const order = JSON.parse(process.argv[2] ?? "") as Order;
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());

const ROLES = { starter, reviewer, worker };
const agent = openAgent(order.place);
await ROLES[order.role](agent);
await agent.store.close();

/** Its share of the threads, each when its time has come. Whoever replaces it goes on where it was. */
async function starter({ gate, runner }: Agent): Promise<void> {
  const bookmark = join(order.place.dir, `starter-${order.number}`);
  for (let n = existsSync(bookmark) ? Number(readFileSync(bookmark, "utf8")) : order.number; n < order.threads; n += order.of) {
    writeFileSync(`${bookmark}.new`, String(n));
    renameSync(`${bookmark}.new`, bookmark);
    const { threadId } = fateOf(n);
    await sleep(order.since + (n / order.threads) * order.spread - Date.now());
    while (!stopping.signal.aborted && !(await tolerant(() => started(gate, threadId)))) {
      await tolerant(() => runner.start(threadId, String(n)));
      await sleep(50);
    }
  }
}

/** Some process has brought it as far as its pause: only then nobody has to start it any more. */
async function started(gate: Gate, threadId: string): Promise<boolean> {
  return (await gate.list({ threadId, limit: 1 })).items.length > 0;
}

/** Decides what waits, in competition with the others, and looks after what is unknown. */
async function reviewer({ gate }: Agent): Promise<void> {
  const by = { id: `reviewer-${order.number}` };
  while (!stopping.signal.aborted) {
    const waiting = await tolerant(() => gate.list({ status: "pending", order: order.number % 2 ? "newest" : "oldest" }));
    for (const request of waiting?.items ?? []) {
      if (stopping.signal.aborted) break;
      await tolerant(() => gate.decide(request, decisionOf(fateOf(Number(request.args["n"]))), { by }));
    }
    const unknown = await tolerant(() => gate.list({ execution: "unknown" }));
    for (const { id } of unknown?.items ?? []) {
      // As a person would: a look at what really happened.
      const happened = effectsAt(order.place).some(({ key }) => key === id);
      await tolerant(() => gate.settle(id, happened ? { executed: "paid" } : { retry: true }, { by }));
    }
    await sleep(100);
  }
}

async function worker({ gate, runner }: Agent): Promise<void> {
  const working = createWorker(gate, [runner], { onError: bug }).start();
  await new Promise((resolve) => stopping.signal.addEventListener("abort", resolve, { once: true }));
  await working.stop();
}

/** What the others and the database do to us is to be expected. Anything else ends the run. */
async function tolerant<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    bug(error);
    return undefined;
  }
}

function bug(error: unknown): void {
  const expected = [
    "STORE_UNAVAILABLE", "ALREADY_DECIDED", "CONFLICT", "THREAD_BUSY", "THREAD_SUSPENDED", "LEASE_LOST", "EXECUTION_BUSY", "EXECUTION_UNKNOWN",
  ]; // prettier-ignore
  if (isCountersignError(error) && expected.includes(error.code)) return;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
