import {
  createGate,
  createWorker,
  definePolicy,
  isCountersignError,
  type AgentRunner,
  type CallHistory,
  type Gate,
  type Policy,
  type ReviewTerms,
} from "@countersign/core";
import { defineRunner, openThread, type Advance, type Continuation } from "@countersign/core/adapter";
import type { StorePort } from "@countersign/core/store";
import { chaosStore, type Hints } from "./chaos-store.ts";
import { happen, type Proposed } from "./effects.ts";
import { BEGINNING, MiniFramework, TOOL_FAILED, type Checkpoint, type Checkpoints, type Ended } from "./framework.ts";
import { requestIdOf } from "./digest.ts";
import { TENANT, type Monitor } from "./monitor.ts";
import { inProcess } from "./people.ts";
import type { Process } from "./process.ts";
import { NOTICES } from "./scenario.ts";
import { REVIEW_WITHIN, TIMINGS } from "./timings.ts";
import { describe, type World } from "./world.ts";

const AGENT = "payments";
const FRAMEWORK = "mini";
/** The same for all threads, so that a remembered decision can be used in several at once. */
const REQUESTER = "rita";
/** What an invocation may end with. Any other error is a bug. */
const EXPECTED = [
  "EXECUTION_BUSY", "EXECUTION_UNKNOWN", "FROZEN", "LEASE_LOST", "STORE_UNAVAILABLE", "THREAD_BUSY", "THREAD_CLOSED", "THREAD_SUSPENDED", "THREAD_UNKNOWN",
  "NOT_APPROVED", "EXPIRED",
]; // prettier-ignore

/** The processes that run the agent. */
export class Agents {
  readonly checkpoints: Checkpoints = new Map();
  readonly #world: World;
  readonly #monitor: Monitor;
  readonly #hints: Hints;
  readonly #connect: () => StorePort;
  readonly #distort: (gate: Gate) => Gate;
  readonly #policy: Policy;

  constructor(world: World, monitor: Monitor, hints: Hints, connect: () => StorePort, distort: (gate: Gate) => Gate) {
    this.#world = world;
    this.#monitor = monitor;
    this.#hints = hints;
    this.#connect = connect;
    this.#distort = distort;
    this.#policy = policyOf(world);
  }

  gate(process: Process, agent: boolean): Gate {
    const store = chaosStore(this.#world, process, this.#connect(), this.#monitor, this.#hints);
    const reviewer = agent && this.#world.scenario.inline ? inProcess(this.#monitor, process) : undefined;
    return this.#distort(
      createGate({ policy: this.#policy, store, reviewer, reviewWithin: REVIEW_WITHIN, timings: TIMINGS, warn: () => {} }),
    );
  }

  /** Woken by hints and by its own sweep. */
  async worker(process: Process): Promise<void> {
    const gate = this.gate(process, true);
    createWorker(gate, [this.#runner(gate, process)], { concurrency: 1, onError: (error) => this.#expect(error) }).start();
    await new Promise(() => {});
  }

  /** As from cron. */
  async drains(process: Process): Promise<void> {
    const gate = this.gate(process, true);
    const worker = createWorker(gate, [this.#runner(gate, process)], { concurrency: 1, onError: (error) => this.#expect(error) });
    for (;;) {
      await this.#tolerant(() => worker.drain({ limit: 1 }));
      await this.#world.sleep(50 + this.#world.random.below(1_000));
    }
  }

  /** Expires and lapses, and runs nothing. */
  async sweeper(process: Process): Promise<void> {
    const worker = createWorker(this.gate(process, false), []);
    for (;;) {
      await this.#tolerant(() => worker.drain());
      await this.#world.sleep(50 + this.#world.random.below(2_000));
    }
  }

  /** A new input through a runner. */
  async start(process: Process, threadId: string, pending: "refuse" | "cancel" = "refuse"): Promise<void> {
    const gate = this.gate(process, true);
    await this.#tolerant(() => this.#runner(gate, process).start(threadId, "hello", { pending, requestedBy: REQUESTER }));
  }

  /** The application resumes by hand. */
  async resume(process: Process, threadId: string): Promise<void> {
    const gate = this.gate(process, true);
    await this.#tolerant(() => this.#runner(gate, process).resume(threadId));
  }

  /** The application invokes the framework on a thread that has begun, with the state that it has of it. */
  async again(process: Process, threadId: string): Promise<void> {
    await this.native(
      process,
      threadId,
      this.#world.scenario.framework === "embedded" ? await this.#embedded(process, threadId) : undefined,
    );
  }

  /** The framework's own invoke: no runner, no lease. */
  async native(process: Process, threadId: string, state?: Checkpoint): Promise<void> {
    const thread = openThread(this.gate(process, true), { threadId, agent: AGENT, framework: FRAMEWORK, requestedBy: REQUESTER });
    const invocation = { threadId, native: true, declared: new Set<string>(), fence: undefined, heldUntil: 0 };
    process.invocation = invocation;
    await this.#tolerant(async () => {
      const from = state ?? (await this.#restored(process, threadId, null));
      try {
        const ended = await new MiniFramework(this.#monitor, process, thread, this.checkpoints, from).invoke();
        await thread.release(ended.status === "suspended" ? "suspended" : "completed");
      } catch (error) {
        await thread.release("failed");
        throw error;
      }
    });
  }

  /** The application enters the framework where it paused, straight into the tools, and never says that it is done. */
  async bare(process: Process, threadId: string): Promise<void> {
    const gate = this.gate(process, false);
    await this.#tolerant(async () => {
      const at =
        this.#world.scenario.framework === "embedded"
          ? await this.#embedded(process, threadId)
          : await this.#restored(process, threadId, null);
      if (at.phase !== "tools") return;
      process.invocation = { threadId, native: true, declared: new Set(), fence: undefined, heldUntil: 0 };
      for (const { callId, tool, amount, inner } of at.calls) {
        const call: Proposed = { turnId: at.messageId, callId, tool, args: { amount } };
        process.invocation?.declared.add(requestIdOf(TENANT, threadId, call));
        const recorded = this.#monitor.ofThread(threadId).some((record) => record.turnId === call.turnId && record.callId === callId);
        if (!recorded || inner) continue;
        const thread = openThread(gate, { threadId, agent: AGENT, framework: FRAMEWORK, requestedBy: REQUESTER });
        await this.#tolerant(async () => {
          await thread.execute(call, (args, context) => {
            happen(this.#monitor, process, call, args, context);
            return this.#world.request(process, "outside", "effect", () => "did it, bare");
          });
        });
      }
    });
  }

  /** Without a framework: asks, waits, executes. */
  async ticket(process: Process, threadId: string): Promise<void> {
    const gate = this.gate(process, true);
    const key = this.#world.fresh("k");
    const call = { turnId: `ask:${key}`, callId: key, tool: "pay", args: { amount: 5 } };
    await this.#tolerant(async () => {
      const ask = { threadId, tool: call.tool, args: call.args, key, requestedBy: REQUESTER };
      const asked = await gate.ask(ask);
      if (asked.status === "pending") await gate.wait(asked.id);
      const approval = await gate.ask(ask);
      if (approval.status !== "approved" && approval.status !== "allowed") return;
      await gate.execute(approval, (args: unknown, context) => {
        happen(this.#monitor, process, call, args, context);
        return this.#world.request(process, "outside", "effect", () => "did it, by hand");
      });
    });
  }

  #runner(gate: Gate, process: Process): AgentRunner {
    return defineRunner<string, string>(gate, {
      name: AGENT,
      framework: FRAMEWORK,
      keepsConversation: this.#world.scenario.framework !== "embedded",
      advance: async (thread, { input, continuation }) => {
        const from = input === undefined ? await this.#restored(process, thread.id, continuation) : BEGINNING;
        const ended = await new MiniFramework(this.#monitor, process, thread, this.checkpoints, from).invoke();
        return this.#advanced(ended);
      },
    });
  }

  #advanced(ended: Ended): Advance<string> {
    const continuation = this.#world.scenario.framework === "embedded" ? { format: 1, data: structuredClone(ended.checkpoint) } : null;
    if (ended.status === "suspended") return { status: "suspended", calls: ended.calls, continuation };
    const kept = continuation ? { continuation } : {};
    return ended.status === "stopped" ? { status: "stopped", ...kept } : { status: "completed", output: "done", text: "done", ...kept };
  }

  async #restored(process: Process, threadId: string, continuation: Continuation | null): Promise<Checkpoint> {
    if (continuation) return continuation.data as Checkpoint;
    return this.#world.request(process, "outside", "restore", () => structuredClone(this.checkpoints.get(threadId) ?? BEGINNING));
  }

  /** What an application would have kept itself: the state it was handed when the run paused. */
  async #embedded(process: Process, threadId: string): Promise<Checkpoint> {
    return this.#world.request(process, "outside", "restore", () => {
      const bytes = this.#monitor.threads.get(threadId)?.continuation;
      return bytes ? (JSON.parse(new TextDecoder().decode(bytes.subarray(1))) as { data: Checkpoint }).data : BEGINNING;
    });
  }

  async #tolerant(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#expect(error);
    }
  }

  #expect(error: unknown): void {
    if (isCountersignError(error) && EXPECTED.includes(error.code)) this.#world.count(`ended with ${error.code}`);
    else if (error instanceof Error && error.message === TOOL_FAILED) this.#world.count("ended with the tool's own error");
    else this.#world.fail(`BUG an invocation ended with ${describe(error)}`);
  }
}

function noticesBefore(expiresIn: number): ReviewTerms {
  const { remind, escalate } = NOTICES;
  const reviewers = ["alice", "bob", "dave", "tty"];
  return { reviewers, remind: remind.filter((after) => after < expiresIn), ...(escalate.after < expiresIn ? { escalate } : {}) };
}

function policyOf(world: World): Policy {
  const { quorum, expiresIn, executeWithin, idempotent, notices, counts } = world.scenario;
  const ask = (): boolean => !world.flipped;
  const counting = ({ history }: { history: CallHistory }): boolean => {
    world.count(`paid ${history.count()} times and ${history.sum("args.amount") > 0 ? "something" : "nothing"} before`);
    return !world.flipped;
  };
  const review = {
    quorum,
    expiresIn,
    remember: ["tool", "exact-args"] as const,
    ...(executeWithin === undefined ? {} : { executeWithin }),
    ...(notices ? noticesBefore(expiresIn) : {}),
  };
  const pay = counts ? { history: true, ask: counting, review, idempotent } : { ask, review, idempotent };
  return definePolicy({ tools: { pay, agent: { ask, review, idempotent }, read: "allow" } });
}
