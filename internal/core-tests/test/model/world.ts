import { CountersignError } from "@countersign/core/store";
import { running, STORE, type Process } from "./process.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { VirtualTime } from "./virtual-time.ts";

/** A broken promise, found by a schedule. */
export class Violation extends Error {}

/** `write` may fail in every way; `read` and `outside` (the framework's own I/O, an effect's answer) die with their process only. */
export type OpKind = "write" | "read" | "outside";
export type Fault = "none" | "crash before" | "crash after" | "answer lost" | "not sent";

/** Something that a process waits for, until the scheduler lets it happen. */
export interface Op {
  readonly process: Process;
  readonly kind: OpKind;
  readonly name: string;
  readonly run: () => unknown;
  readonly answer: PromiseWithResolvers<unknown>;
}

/** Real, and never replaced: everything that a process does without waiting is over when it fires. */
const later = setImmediate;

/** The processes of one schedule and what they wait for. */
export class World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly time: VirtualTime = new VirtualTime();
  readonly ops: Op[] = [];
  readonly processes: Process[] = [];
  readonly trace: string[] | undefined;
  readonly stats: Map<string, number> = new Map();
  /** The policy's condition says no for the moment. */
  flipped = false;
  /** The operation that happens right now will be answered. */
  answering = true;
  /** Nothing fails any more. */
  healthy = false;
  violation: Violation | undefined;
  #count = 0;

  constructor(scenario: Scenario, seed: number, trace: string[] | undefined) {
    this.scenario = scenario;
    this.random = new Random(seed);
    this.trace = trace;
  }

  fresh(prefix: string): string {
    return `${prefix}${++this.#count}`;
  }

  note(text: string): void {
    this.trace?.push(`${((this.time.now - 1_700_000_000_000) / 1000).toFixed(2)}s ${text}`);
  }

  count(what: string): void {
    this.stats.set(what, (this.stats.get(what) ?? 0) + 1);
  }

  /** The first broken promise is the one that counts: what follows from it is noise. */
  fail(what: string): void {
    if (this.violation) return;
    this.note(`VIOLATION ${what}`);
    this.violation = new Violation(what);
  }

  spawn(name: string, work: (process: Process) => Promise<void>): Process {
    const skew = this.scenario.skew ? (this.random.below(5) - 2) * 300_000 : 0;
    const process: Process = { name: this.fresh(`${name}#`), skew, alive: true, frozen: 0, invocation: undefined };
    this.processes.push(process);
    running.run(process, () => {
      void work(process).then(
        () => this.kill(process),
        (error: unknown) => this.fail(`BUG ${process.name} ended with ${describe(error)}`),
      );
    });
    return process;
  }

  kill(process: Process): void {
    process.alive = false;
    process.invocation = undefined;
    for (let i = this.ops.length - 1; i >= 0; i--) if (this.ops[i]?.process === process) this.ops.splice(i, 1);
    const at = this.processes.indexOf(process);
    if (at >= 0) this.processes.splice(at, 1);
  }

  /** Waits until the scheduler lets it happen. */
  request<T>(process: Process, kind: OpKind, name: string, run: () => T | Promise<T>): Promise<T> {
    const answer = Promise.withResolvers<unknown>();
    if (process.alive) this.ops.push({ process, kind, name, run, answer });
    return answer.promise as Promise<T>;
  }

  /** Lets one operation happen, or not, and everything that follows from it without waiting. */
  async release(op: Op, fault: Fault): Promise<void> {
    this.ops.splice(this.ops.indexOf(op), 1);
    const { process, answer } = op;
    if (fault !== "none") this.note(`${process.name} ${op.name}: ${fault}`);
    if (fault === "crash before") this.kill(process);
    else if (fault === "not sent") answer.reject(unavailable());
    else await this.#happen(op, fault);
    await this.settle();
  }

  async #happen({ process, run, answer }: Op, fault: Fault): Promise<void> {
    let result: unknown;
    this.answering = fault === "none";
    try {
      result = await running.run(STORE, run as () => Promise<unknown>);
    } catch (error) {
      if (fault === "crash after") this.kill(process);
      else answer.reject(error);
      return;
    }
    if (fault === "crash after") this.kill(process);
    else if (fault === "answer lost") answer.reject(unavailable());
    else answer.resolve(result);
  }

  settle(): Promise<void> {
    return new Promise((resolve) => {
      later(resolve);
    });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }
}

const unavailable = (): Error => new CountersignError("STORE_UNAVAILABLE", { retryable: true });

export const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
