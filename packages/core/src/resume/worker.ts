import { durationMs } from "../contract/terms.ts";
import type { Duration } from "../contract/json.ts";
import { CountersignError } from "../errors/error.ts";
import { expireIfOverdue } from "../decide/deadline.ts";
import type { Due, DueKind } from "../store/port.ts";
import { runnerToken } from "../suspend/invocation.ts";
import { lapseIfOver } from "./claim.ts";
import { wakeOf } from "./define-runner.ts";
import { internalsOf, type Gate } from "./gate.ts";
import type { AgentRunner } from "./runner.ts";

export interface Worker extends AsyncDisposable {
  start(): this;
  /** Takes nothing more and waits for what is under way. */
  stop(): Promise<void>;
  /** Does what is due now and returns: cron, serverless, tests. `limit`: threads at the most, default no limit. */
  drain(options?: {
    signal?: AbortSignal | undefined;
    limit?: number | undefined;
  }): Promise<{ resumed: number; expired: number; failed: number }>;
}

const SWEEP_BATCH = 100;

/**
 * Resumes the threads whose requests are all decided, expires what is overdue, and finds executions whose process died.
 * A notification wakes it at once, a sweep finds what a notification missed.
 * @example await using worker = createWorker(gate, [payments]).start()
 */
export function createWorker(
  gate: Gate,
  runners: readonly AgentRunner[],
  options: {
    /** Threads at a time. Default 4. */
    concurrency?: number | undefined;
    /** Default 1s. */
    sweepEvery?: Duration | undefined;
    /** A thread that failed is tried again later. Default: a warning. */
    onError?: (error: unknown, threadId: string) => void;
  } = {},
): Worker {
  const { kernel } = internalsOf(gate);
  const { ledger, timings } = kernel;
  const wakes = new Map(runners.map((runner) => [runner.name, wakeOf(runner)]));
  const agents = [...wakes.keys()];
  const concurrency = options.concurrency ?? 4;
  const sweepEvery = options.sweepEvery === undefined ? timings.sweepEvery : durationMs(options.sweepEvery);
  if (sweepEvery === undefined || !Number.isInteger(concurrency) || concurrency < 1) {
    throw new CountersignError("SETUP", { hint: "createWorker: concurrency is a whole number from 1, sweepEvery a duration." });
  }
  const onError =
    options.onError ??
    ((error, threadId) =>
      kernel.warn(`Thread ${threadId} failed and will be tried again later: ${error instanceof Error ? error.message : String(error)}`));

  const due = (kind: DueKind, limit: number, holder = ""): Promise<readonly Due[]> =>
    ledger.claimDue(kind, { agents: kind === "thread" ? agents : undefined, holder, leaseMs: timings.threadLease, limit });

  async function sweep(): Promise<number> {
    const overdue = await due("expiry", SWEEP_BATCH);
    for (const { id } of overdue) await expireIfOverdue(kernel, id);
    for (const { id } of await due("claim", SWEEP_BATCH)) await lapseIfOver(kernel, id);
    return overdue.length;
  }

  async function resumeOne({ id, fence }: Due, token: string, since: number): Promise<"resumed" | "failed"> {
    try {
      const agent = (await ledger.thread(id))?.agent ?? "";
      await wakes.get(agent)?.(id, fence, token, since);
      return "resumed";
    } catch (error) {
      onError(error, id);
      return "failed";
    }
  }

  const drain: Worker["drain"] = async ({ signal, limit = Infinity } = {}) => {
    const done = { resumed: 0, expired: await sweep(), failed: 0 };
    let taken = 0;
    const lane = async (): Promise<void> => {
      while (!signal?.aborted && taken < limit) {
        taken++;
        const token = runnerToken();
        const since = kernel.clock();
        const [next] = await due("thread", 1, token);
        if (!next) {
          taken--;
          return;
        }
        done[await resumeOne(next, token, since)]++;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return done;
  };

  let stopping: AbortController | undefined;
  let running: Promise<void> = Promise.resolve();

  async function run(signal: AbortSignal): Promise<void> {
    let hinted = Promise.withResolvers<void>();
    const unwatch = ledger.port.watch(() => hinted.resolve());
    signal.addEventListener("abort", () => hinted.resolve(), { once: true });
    try {
      while (!signal.aborted) {
        hinted = Promise.withResolvers<void>();
        if (signal.aborted) break;
        await drain({ signal }).catch((error: unknown) => onError(error, ""));
        const timer = setTimeout(() => hinted.resolve(), sweepEvery);
        await hinted.promise;
        clearTimeout(timer);
      }
    } finally {
      unwatch();
    }
  }

  const worker: Worker = {
    start() {
      if (!stopping) {
        stopping = new AbortController();
        running = run(stopping.signal);
      }
      return worker;
    },
    async stop() {
      stopping?.abort();
      stopping = undefined;
      await running;
    },
    drain,
    [Symbol.asyncDispose]: () => worker.stop(),
  };
  return worker;
}
