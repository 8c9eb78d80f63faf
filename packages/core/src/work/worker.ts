import type { Gate } from "../contract/gate.ts";
import type { Duration } from "../contract/json.ts";
import type { AgentRunner } from "../contract/runner.ts";
import { timerMs } from "../contract/terms.ts";
import { demand, demandFunctions, demandOptions } from "../errors/demand.ts";
import { CountersignError } from "../errors/error.ts";
import { shown } from "../errors/shown.ts";
import { messageOf } from "../errors/message-of.ts";
import { type Kernel, internalsOf } from "../kernel.ts";
import { wakeOf, type Wake } from "../run/define-runner.ts";
import { ErrorThrottle } from "./error-throttle.ts";
import { Slots } from "./slots.ts";
import { sweep } from "./sweep.ts";
import type { WorkerEvent } from "./worker-event.ts";

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

interface WorkerOptions {
  /** Threads at a time. Default 4. */
  concurrency?: number | undefined;
  /** How often it looks for work that no notification announced: 24 days at most. Default: `timings.sweepEvery` of the gate, 1s. */
  sweepEvery?: Duration | undefined;
  /**
   * A thread that failed is tried again later, until it is given up: the gate's `warn` tells that. Without a `threadId`, the worker itself couldn't do its work and goes on
   * trying; the same trouble is told once a minute. Default: a warning.
   */
  onError?: (error: unknown, threadId: string | undefined) => void;
  /** Told what it does: of each thread when it takes it and how that ends, and of each request that was due. For logs; it decides nothing. */
  onEvent?: (event: WorkerEvent) => void;
}

/** A store with many writers hints without end: after a look that found nothing, hints are gathered for so long, in ms. */
const GATHER = 5;

/**
 * Resumes the threads whose requests are all decided, expires what is overdue, reminds and escalates, and finds executions
 * whose process died. A notification wakes it at once, a sweep finds what a notification missed. Without runners it only sweeps.
 * @throws SETUP for options that there aren't or that make no sense, runners of one name or of another gate's store or tenant
 * @example const worker = createWorker(gate, [payments]).start(); // await worker.stop() when the program ends
 */
export function createWorker(gate: Gate, runners: readonly AgentRunner[], options: WorkerOptions = {}): Worker {
  const { kernel } = internalsOf(gate);
  demand(Array.isArray(runners), runners, "the runners", "createWorker(gate, [payments])");
  demandOptions(options, ["concurrency", "sweepEvery", "onError", "onEvent"], "createWorker(gate, [payments], { concurrency: 8 })");
  demandFunctions(options, ["onError", "onEvent"], "createWorker(gate, [payments], { onError: (error, threadId) => log(error) })");
  const wakes = wakesOf(kernel, runners);
  const { concurrency, sweepEvery } = readOptions(kernel, options);
  const tell = teller(kernel, options.onError);
  const onEvent = (event: WorkerEvent): void => guarded(kernel, "onEvent", () => options.onEvent?.(event));
  const complaints = new ErrorThrottle();
  const complain = (error: unknown): void => void (complaints.isNew(error, kernel.clock()) && tell(error, undefined));

  const drain: Worker["drain"] = async (given = {}) => {
    demandOptions(given, ["signal", "limit"], "worker.drain({ limit: 100 })");
    const { signal, limit = Infinity } = given;
    demand(limit >= 0, limit, "limit", "worker.drain({ limit: 100 })");
    const expired = await sweep({ kernel, signal, onError: (error) => tell(error, undefined), onEvent });
    let freed = Promise.withResolvers<void>();
    const lanes = new Slots(kernel, { wakes, concurrency, onError: tell, onEvent, onFree: () => freed.resolve() });
    try {
      for (let left = limit; !signal?.aborted;) {
        freed = Promise.withResolvers();
        left -= await lanes.fill(left);
        if (lanes.idle) break;
        await freed.promise;
      }
    } finally {
      await lanes.empty();
    }
    return { resumed: lanes.resumed, expired, failed: lanes.failed };
  };

  async function resuming(signal: AbortSignal): Promise<void> {
    let hinted = Promise.withResolvers<void>();
    const hint = (): void => hinted.resolve();
    const unwatch = kernel.ledger.port.watch(hint);
    signal.addEventListener("abort", hint, { once: true });
    const lanes = new Slots(kernel, { wakes, concurrency, onError: tell, onEvent, onFree: hint });
    while (!signal.aborted) {
      // Before the look: what happens during it may be what it missed.
      hinted = Promise.withResolvers();
      const timer = setTimeout(hint, sweepEvery);
      const found = await lanes.fill().catch(complain);
      if (!found) await pause(GATHER, signal);
      await hinted.promise;
      clearTimeout(timer);
    }
    unwatch();
    await lanes.empty();
  }

  /** Beside those who resume: however much is overdue, decided threads don't wait for it. */
  async function sweeping(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sweep({ kernel, signal, onError: complain, onEvent }).catch(complain);
      await pause(sweepEvery, signal);
    }
  }

  let stopping: AbortController | undefined;
  let running: Promise<unknown> = Promise.resolve();

  const worker: Worker = {
    start() {
      if (!stopping) {
        stopping = new AbortController();
        running = Promise.all([running, resuming(stopping.signal), sweeping(stopping.signal)]);
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

function wakesOf({ ledger }: Kernel, runners: readonly AgentRunner[]): ReadonlyMap<string, Wake> {
  const wakes = new Map<string, Wake>();
  for (const runner of runners) {
    const theirs = internalsOf(runner.gate).kernel.ledger;
    if (theirs.port !== ledger.port || theirs.tenant !== ledger.tenant)
      throw setup(
        `the gate of runner ${runner.name} has another store or tenant than the worker's gate. Make both with one store and tenant`,
      );
    if (wakes.has(runner.name)) throw setup(`two runners are called ${runner.name}. Give each agent a name of its own`);
    wakes.set(runner.name, wakeOf(runner));
  }
  return wakes;
}

function readOptions({ timings }: Kernel, options: WorkerOptions): { readonly concurrency: number; readonly sweepEvery: number } {
  const concurrency = options.concurrency ?? 4;
  const sweepEvery = options.sweepEvery === undefined ? timings.sweepEvery : timerMs(options.sweepEvery);
  if (!Number.isInteger(concurrency) || concurrency < 1) throw setup(`concurrency is ${shown(concurrency)}. Write a whole number from 1`);
  if (sweepEvery === undefined)
    throw setup(`sweepEvery is ${shown(options.sweepEvery)}. Write milliseconds above 0, or text such as "1s" or "5m"; 24d at most`);
  return { concurrency, sweepEvery };
}

function setup(what: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint: `createWorker: ${what}.` });
}

function teller(kernel: Kernel, onError: WorkerOptions["onError"]): NonNullable<WorkerOptions["onError"]> {
  const told =
    onError ??
    ((error, threadId) =>
      kernel.warn(
        threadId === undefined
          ? `A worker can't do its work and goes on trying: ${messageOf(error)}`
          : `The run of thread ${threadId} failed: ${messageOf(error)}`,
      ));
  return (error, threadId) => guarded(kernel, "onError", () => told(error, threadId));
}

/** Whatever a callback does, the worker goes on. */
function guarded({ warn }: Kernel, callback: string, call: () => void): void {
  try {
    call();
  } catch (bug) {
    warn(`A worker's ${callback} threw: ${messageOf(bug)}`);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(over, ms);
    signal.addEventListener("abort", over, { once: true });
    function over(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    }
  });
}
