import type { RunOutcome } from "../contract/outcome.ts";
import { runnerToken } from "../hold/hold.ts";
import type { Kernel } from "../kernel.ts";
import type { Wake } from "../run/define-runner.ts";
import { failUnread, type WorkersClaim } from "../run/take-over.ts";
import type { DueItem, ThreadRead } from "../store/port.ts";
import type { WorkerEvent } from "./worker-event.ts";

interface Crew {
  readonly wakes: ReadonlyMap<string, Wake>;
  readonly concurrency: number;
  readonly onError: (error: unknown, threadId: string) => void;
  readonly onEvent: (event: WorkerEvent) => void;
  /** After each thread: there is room for another one. */
  readonly onFree: () => void;
}

/** The threads that a worker has under way. None waits for another one, however long that takes. */
export class Slots {
  resumed = 0;
  failed = 0;
  readonly #kernel: Kernel;
  readonly #crew: Crew;
  readonly #underWay = new Set<Promise<void>>();

  constructor(kernel: Kernel, crew: Crew) {
    this.#kernel = kernel;
    this.#crew = crew;
  }

  get idle(): boolean {
    return this.#underWay.size === 0;
  }

  /** Claims as many due threads as there is room for, `limit` at the most, and sets them going. Answers how many. @throws what the store throws */
  async fill(limit: number = Infinity): Promise<number> {
    const { concurrency, wakes } = this.#crew;
    const room = Math.min(limit, concurrency - this.#underWay.size);
    if (room < 1 || wakes.size === 0) return 0;
    const holder = runnerToken();
    // Before the store is asked: a lease is never believed to be longer than it is.
    const since = this.#kernel.clock();
    const leaseMs = this.#kernel.timings.threadLease;
    const due = await this.#kernel.ledger.claimDue("thread", { agents: [...wakes.keys()], holder, leaseMs, limit: room });
    for (const claimed of due) this.#go(claimed, holder, since);
    return due.length;
  }

  /** Until nothing is under way. */
  async empty(): Promise<void> {
    while (!this.idle) await Promise.all(this.#underWay);
  }

  #go(claimed: DueItem, holder: string, since: number): void {
    const run = this.#resume(claimed, holder, since).finally(() => {
      this.#underWay.delete(run);
      this.#crew.onFree();
    });
    this.#underWay.add(run);
  }

  async #resume(due: DueItem, holder: string, since: number): Promise<void> {
    const claim = { fence: due.fence, token: holder, since };
    const { wakes, onError, onEvent } = this.#crew;
    let agent: string | undefined;
    try {
      this.#kernel.freezes.begin(due.id);
      const { thread, unfinished } = await this.#read(due, claim);
      if (!thread) return;
      ({ agent } = thread);
      onEvent({ type: "started", threadId: due.id, agent });
      const outcome = await wakes.get(agent)?.({ thread, unfinished }, claim);
      if (outcome) this.resumed++;
      onEvent({ threadId: due.id, agent, ...endOf(outcome) });
    } catch (error) {
      this.failed++;
      onEvent({ type: "failed", threadId: due.id, agent, error });
      onError(error, due.id);
    }
  }

  async #read(due: DueItem, claim: WorkersClaim): Promise<ThreadRead> {
    try {
      return await this.#kernel.ledger.claimed(due);
    } catch (error) {
      // What went wrong first tells more than a store that can't be written to: then the lease just lapses.
      await failUnread(this.#kernel, due.id, claim, error).catch(() => {});
      throw error;
    }
  }
}

type End =
  | { readonly type: "completed" | "left" }
  | Pick<Of<"suspended">, "type" | "pending">
  | Pick<Of<"stopped">, "type" | "by" | "message">;
type Of<T extends WorkerEvent["type"]> = Extract<WorkerEvent, { type: T }>;

/** Undefined: the run is not this worker's any more. */
function endOf(outcome: RunOutcome<unknown> | undefined): End {
  switch (outcome?.status) {
    case "completed":
      return { type: "completed" };
    case "suspended":
      return { type: "suspended", pending: outcome.pending.map(({ id }) => id) };
    case "stopped":
      return { type: "stopped", by: outcome.by, message: outcome.message };
    default:
      return { type: "left" };
  }
}
