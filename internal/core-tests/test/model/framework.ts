import { CountersignError, isCountersignError } from "@countersign/core";
import type { Continuation, Thread } from "@countersign/core/adapter";
import type { Thrown } from "./books.ts";
import { during, happen, type Proposed } from "./effects.ts";
import { requestIdOf } from "./digest.ts";
import { TENANT, type Monitor } from "./monitor.ts";
import type { Process } from "./process.ts";
import type { ModelCall } from "./scenario.ts";

/** The mini framework's own state. */
export interface Checkpoint {
  readonly turn: number;
  readonly phase: "model" | "tools";
  /** Names the model's response. */
  readonly messageId: string;
  readonly calls: readonly ModelCall[];
  readonly results: { readonly [callId: string]: string };
  readonly done: boolean;
}

export const BEGINNING: Checkpoint = { turn: 0, phase: "model", messageId: "", calls: [], results: {}, done: false };

export const TOOL_FAILED = "the tool failed";

/** Where checkpoints are kept that aren't in our continuation: outside the store, and not in step with it. */
export type Checkpoints = Map<string, Checkpoint>;

export type Ended =
  | { readonly status: "completed"; readonly checkpoint: Checkpoint }
  | { readonly status: "stopped"; readonly checkpoint: Checkpoint }
  | { readonly status: "suspended"; readonly calls: readonly Proposed[]; readonly checkpoint: Checkpoint };

/** The framework's own pause, thrown out of a tool. */
class Pause extends Error {
  readonly call: Proposed;

  constructor(call: Proposed) {
    super("paused");
    this.call = call;
  }
}

const notNow = (): Error => new CountersignError("STORE_UNAVAILABLE", { retryable: true });

function sortOf(error: unknown): Thrown {
  if (error instanceof Pause) return "pause";
  // What a nested call may not do will not pass: it is the tool's own failure.
  if (isCountersignError(error, "NOT_APPROVED")) return "failure";
  return isCountersignError(error) || (error instanceof Error && error.cause !== undefined) ? "not now" : "failure";
}

/** Leaves a signature out or a call early: the rest of the turn waits. */
type Step = { readonly result: string } | { readonly waits: Proposed } | { readonly stop: true };

/** A framework as small as it can be, with an adapter around it: one invocation of it on one thread. */
export class MiniFramework {
  readonly #monitor: Monitor;
  readonly #process: Process;
  readonly #thread: Thread;
  readonly #checkpoints: Checkpoints;
  readonly #declared: Set<string>;
  #at: Checkpoint;
  #fresh = false;

  constructor(monitor: Monitor, process: Process, thread: Thread, checkpoints: Checkpoints, from: Checkpoint) {
    this.#monitor = monitor;
    this.#process = process;
    this.#thread = thread;
    this.#checkpoints = checkpoints;
    this.#declared = process.invocation?.declared ?? new Set();
    this.#at = from;
  }

  async invoke(): Promise<Ended> {
    const { scenario } = this.#monitor.world;
    while (!this.#at.done) {
      this.#fresh = this.#at.phase === "model";
      if (this.#fresh) await this.#askModel();
      const waiting = await this.#gate();
      if (waiting.length > 0) return this.#suspended(waiting);
      for (const call of this.#at.calls) {
        if (this.#at.results[call.callId] !== undefined) continue;
        const step = await this.#step(call);
        if ("stop" in step) return { status: "stopped", checkpoint: this.#at };
        if ("waits" in step) return this.#suspended([step.waits]);
        this.#at = { ...this.#at, results: { ...this.#at.results, [call.callId]: step.result } };
        if (scenario.framework === "sync") await this.#save();
      }
      const turn = this.#at.turn + 1;
      this.#at = { ...BEGINNING, turn, done: turn >= scenario.turns.length };
      await this.#save();
    }
    return { status: "completed", checkpoint: this.#at };
  }

  async #askModel(): Promise<void> {
    const { world } = this.#monitor;
    const { scenario } = world;
    const messageId = await this.#outside("model", () => world.fresh("m"));
    const { turn } = this.#at;
    this.#at = { turn, phase: "tools", messageId, calls: scenario.turns[turn] ?? [], results: {}, done: false };
    if (scenario.framework === "sync") await this.#save();
  }

  /** The adapter's hook: which calls lack a signature? Recorded here, one by one or together, unless the runner does it. */
  async #gate(): Promise<readonly Proposed[]> {
    const { scenario } = this.#monitor.world;
    const calls = this.#at.calls.filter(({ callId }) => this.#at.results[callId] === undefined).map((call) => this.#proposed(call));
    const waiting: Proposed[] = [];
    for (const call of calls) {
      this.#declare(call);
      if (!(await this.#thread.mustWait(call, { fresh: this.#fresh }))) continue;
      waiting.push(call);
      if (!scenario.batch) await this.#thread.suspend([call], this.#continuation());
    }
    if (waiting.length === 0) return [];
    const byRunner = this.#process.invocation?.native === false && !scenario.early;
    if (scenario.batch && !byRunner) await this.#thread.suspend(waiting, this.#continuation());
    if (this.#process.invocation?.native === true && scenario.inline && !(await this.#thread.review(waiting))) return [];
    return waiting;
  }

  async #step(call: ModelCall): Promise<Step> {
    const proposed = this.#proposed(call);
    const paused = (error: unknown): boolean => error instanceof Pause;
    try {
      const execution = await this.#thread.execute(
        proposed,
        (args, context) => {
          const effect = async (): Promise<string> => {
            if (call.inner) return this.#nested(call, call.inner);
            happen(this.#monitor, this.#process, proposed, args, context);
            return this.#finish(proposed, args);
          };
          return during(this.#monitor, context, effect, sortOf);
        },
        { fresh: this.#fresh, paused },
      );
      if (execution.status === "pending") return { waits: proposed };
      if (execution.status === "refused") return execution.then === "stop" ? { stop: true } : { result: execution.message };
      return { result: execution.status === "failed" ? `error: ${String(execution.error)}` : String(execution.result) };
    } catch (error) {
      if (error instanceof Pause) return { waits: error.call };
      if (isCountersignError(error)) {
        await this.#save();
        throw error;
      }
      return { result: `error: ${String(error)}` };
    }
  }

  /** An agent as a tool: its own call is asked about inside the effect, whose claim is given back meanwhile. */
  async #nested(outer: ModelCall, inner: ModelCall): Promise<string> {
    const call = this.#proposed(inner, `${this.#at.messageId}/${outer.callId}`);
    this.#declare(call);
    if (await this.#thread.mustWait(call)) {
      await this.#thread.suspend([call], this.#continuation());
      throw new Pause(call);
    }
    const execution = await this.#thread.execute(call, (args, context) => {
      const effect = async (): Promise<string> => {
        happen(this.#monitor, this.#process, call, args, context);
        return this.#finish(call, args);
      };
      return during(this.#monitor, context, effect, sortOf);
    });
    if (execution.status === "pending") throw new Pause(call);
    if (execution.status === "failed") throw execution.error;
    return execution.status === "refused" ? execution.message : String(execution.result);
  }

  /** The effect has happened; its answer comes later, or says that it failed, or that its second half met something else. */
  #finish(call: Proposed, args: unknown): Promise<string> {
    const { world } = this.#monitor;
    return this.#outside(`effect of ${call.callId}`, () => {
      if (world.scenario.fails && world.random.chance(0.2)) throw new Error(TOOL_FAILED);
      if (world.scenario.fails && world.random.chance(0.1)) throw new Error(TOOL_FAILED, { cause: notNow() });
      return `did ${JSON.stringify(args)}`;
    });
  }

  async #suspended(calls: readonly Proposed[]): Promise<Ended> {
    await this.#save();
    return { status: "suspended", calls, checkpoint: this.#at };
  }

  #proposed({ callId, tool, amount }: ModelCall, turnId: string = this.#at.messageId): Proposed {
    return { turnId, callId, tool, args: { amount } };
  }

  #declare(call: Proposed): void {
    this.#declared.add(requestIdOf(TENANT, this.#thread.id, call));
  }

  #continuation(): Continuation | null {
    return this.#monitor.world.scenario.framework === "embedded" ? { format: 1, data: structuredClone(this.#at) } : null;
  }

  async #save(): Promise<void> {
    if (this.#monitor.world.scenario.framework === "embedded") return;
    await this.#outside("checkpoint", () => void this.#checkpoints.set(this.#thread.id, structuredClone(this.#at)));
  }

  #outside<T>(name: string, run: () => T): Promise<T> {
    return this.#monitor.world.request(this.#process, "outside", name, run);
  }
}
