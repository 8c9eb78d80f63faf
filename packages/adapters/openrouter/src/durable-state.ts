import { CountersignError, isCountersignError } from "@countersign/core";
import type { ProposedCall, Thread } from "@countersign/core/adapter";
import type { StateAccessor, Tool } from "@openrouter/agent";
import { absorb, answerable, keepBeforeLeaving } from "./absorb.ts";
import { toolContexts } from "./context.ts";
import { itemsOf, lastTurn } from "./conversation.ts";
import { place, type Invocation } from "./invocation.ts";
import type { State } from "./kinds.ts";
import { goOn } from "./resume.ts";
import { fromContinuation, newSaved, toContinuation, type Saved } from "./saved.ts";

/** One run of the SDK, from its first load on. */
interface Run {
  /** Travels in the state, so that a run that was overtaken is known by what it saves. */
  readonly key: string;
  readonly invocation: Invocation;
  /** It has ended with an error; or another run was begun in the middle of its round, and it hasn't saved since: it may have died. */
  doubted: boolean;
}
type Marked = State & { readonly countersignRun?: string };

/** The key of a run that was begun in the middle of another one's round. */
const BESIDE = "beside another";

/**
 * The conversation of a thread, for `callModel`: in the gate's store, or in the application's own accessor under the gate's
 * fence. The version is the one of a run's first load: whoever else has taken the thread since makes the run's next save fail,
 * and the first save comes before any model request.
 */
export class DurableState implements StateAccessor {
  readonly #open: () => Invocation;
  readonly #own: StateAccessor | undefined;
  /** It has taken the thread. */
  #run: Run | undefined;
  /** It may: the SDK doesn't say whether it loads to begin or only to look whether somebody interrupts. */
  #offered: Run | undefined;

  constructor(open: () => Invocation, own: StateAccessor | undefined) {
    this.#open = open;
    this.#own = own;
  }

  /** Of the run that is under way. */
  get invocation(): Invocation | undefined {
    return this.#run?.invocation;
  }

  /**
   * The SDK loads at the beginning of a run, and again before each round. At the beginning what was decided meanwhile runs,
   * and its results stand in the conversation.
   * @throws THREAD_SUSPENDED while decisions are missing, THREAD_BUSY, NOT_APPROVED if a reviewer stopped the run, and what
   * execution throws
   */
  load = async (): Promise<State> => {
    const going = this.#run;
    if (going && !going.doubted && isMidRound(going)) {
      return marked(BESIDE, (await this.#own?.load()) ?? going.invocation.saved?.state);
    }
    const run: Run = { key: crypto.randomUUID(), invocation: this.#open(), doubted: false };
    await this.#begin(run);
    this.#offered = run;
    return marked(run.key, run.invocation.saved?.state);
  };

  save = async ({ countersignRun, ...state }: Marked): Promise<void> => {
    const run = [this.#run, this.#offered].find((known) => known?.key === countersignRun);
    if (!run) {
      if (this.#run && countersignRun === BESIDE) this.#run.doubted = true;
      throw new CountersignError("THREAD_BUSY", { threadId: this.#open().thread.id });
    }
    const { invocation } = run;
    run.doubted = invocation.leaving !== undefined;
    if (invocation.leaving) {
      await keepBeforeLeaving(invocation, state);
      throw invocation.leaving;
    }
    try {
      await this.#take(run, state);
    } catch (error) {
      if (isCountersignError(error)) invocation.leaving ??= error;
      throw error;
    }
  };

  /** Makes durable what is about to run. */
  keep = async (saved: Saved): Promise<void> => {
    if (this.#run) await this.#persist(saved, [], this.#run.invocation.thread);
  };

  async #begin(run: Run): Promise<void> {
    const { invocation } = run;
    const { thread } = invocation;
    const kept = fromContinuation(await thread.restore());
    const state = this.#own ? await this.#own.load() : kept?.state;
    if (!state) return place(invocation, newSaved(thread.id));
    const saved = { state, outside: [...(kept?.outside ?? []), ...outsideIn(invocation.tools, state)], last: kept?.last ?? false };
    const standing = await goOn(invocation, saved, () => toolContexts(undefined));
    switch (standing.type) {
      case "ready":
        return place(invocation, standing.saved);
      case "stopped":
        await this.#persist({ ...standing.saved, state: { ...standing.saved.state, status: "complete" } }, [], thread);
        await thread.release("completed");
        throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: "Its reviewer stopped the run." });
      case "waits":
        if (await this.#waits(run, standing.saved, standing.calls)) {
          throw new CountersignError("THREAD_SUSPENDED", { threadId: thread.id, pending: await thread.pending() });
        }
        return this.#begin(run);
    }
  }

  /** Asks what nobody asked yet: the SDK's own approvals left it, or a crash. */
  async #waits({ invocation: { thread } }: Run, saved: Saved, calls: readonly ProposedCall[]): Promise<boolean> {
    const requests = await Promise.all(calls.map((call) => thread.recorded(call)));
    const unasked = requests.includes(undefined);
    if (unasked) await this.#persist({ ...saved, state: { ...saved.state, status: "awaiting_approval" } }, calls, thread);
    const waits = await thread.review(calls);
    if (unasked) await thread.release("suspended");
    return waits;
  }

  async #take(run: Run, state: State): Promise<void> {
    const { invocation } = run;
    const { thread } = invocation;
    const { saved, waiting, breaksOff } = await absorb(invocation, state);
    invocation.saved = saved;
    const { status } = saved.state;
    // Its calls are about to be asked about or to run, and then it is saved again.
    const unsettled = run === this.#run && status === "in_progress" && isMidRound(run);
    if (!unsettled || this.#own) await this.#persist(saved, waiting, thread);
    this.#offered = undefined;
    this.#run = status === "in_progress" ? run : undefined;
    if (this.#run) return;
    if (waiting.length > 0) await thread.review(waiting);
    await thread.release(status === "complete" ? "completed" : "suspended");
    if (breaksOff) throw new Error(PAUSED);
  }

  async #persist(saved: Saved, waiting: readonly ProposedCall[], thread: Thread): Promise<void> {
    const continuation = toContinuation(saved, waiting, { elsewhere: this.#own !== undefined });
    if (this.#own) {
      // First the fence, then the conversation that is asked about, then the questions: a crash between is mended by the next load.
      await thread.save(continuation);
      await this.#own.save(saved.state);
    }
    if (!this.#own || waiting.length > 0) await thread.suspend(waiting, continuation);
  }
}
const PAUSED = "A call of the last turn waits for a person, so the run pauses here. Decide, then call the model again.";

/** The model has made calls in this run that have no output yet. */
function isMidRound({ invocation: { saved } }: Run): boolean {
  return saved !== undefined && (lastTurn(itemsOf(saved.state.messages))?.open.length ?? 0) > saved.outside.length;
}

/** What the SDK's own pauses say of calls that are answered from outside. */
function outsideIn(tools: readonly Tool[], { status, pendingToolCalls = [] }: State): readonly string[] {
  return status === "awaiting_hitl" || status === "awaiting_client_tools" ? answerable(tools, pendingToolCalls) : [];
}

function marked(key: string, state: State | undefined): State {
  return { ...(state as State), countersignRun: key } as Marked;
}
