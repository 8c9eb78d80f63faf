import { CountersignError, isCountersignError } from "@countersign/core";
import type { ProposedCall, Thread } from "@countersign/core/adapter";
import type { StateAccessor, Tool } from "@openrouter/agent";
import type { State } from "../kinds.ts";
import { place, type Run } from "../run.ts";
import { fromContinuation, newSaved, refuseUnknownState, toContinuation, type Saved } from "../saved.ts";
import { itemsOf, lastTurn } from "../turn.ts";
import { absorb, answerable, keepBeforeLeaving } from "./absorb.ts";
import { toolContexts } from "./context.ts";
import { goOn } from "./go-on.ts";

/** One run of the SDK, from its first load on. */
interface Loaded {
  /** Travels in the state, so that a run that was overtaken is known by what it saves. */
  readonly key: string;
  readonly run: Run;
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
  readonly #open: () => Run;
  readonly #own: StateAccessor | undefined;
  /** It has taken the thread. */
  #going: Loaded | undefined;
  /** It may: the SDK doesn't say whether it loads to begin or only to look whether somebody interrupts. */
  #offered: Loaded | undefined;

  constructor(open: () => Run, own: StateAccessor | undefined) {
    this.#open = open;
    this.#own = own;
  }

  /** Of the run that is under way. */
  get run(): Run | undefined {
    return this.#going?.run;
  }

  /**
   * The SDK loads at the beginning of a run, and again before each round. At the beginning what was decided meanwhile runs,
   * and its results stand in the conversation.
   * @throws THREAD_SUSPENDED while decisions are missing, THREAD_BUSY, NOT_APPROVED if a reviewer stopped the run, and what
   * execution throws
   */
  load = async (): Promise<State> => {
    const going = this.#going;
    if (going && !going.doubted && isMidRound(going)) {
      return marked(BESIDE, (await this.#own?.load()) ?? going.run.saved?.state);
    }
    const loaded: Loaded = { key: crypto.randomUUID(), run: this.#open(), doubted: false };
    await this.#begin(loaded);
    this.#offered = loaded;
    return marked(loaded.key, loaded.run.saved?.state);
  };

  save = async ({ countersignRun, ...state }: Marked): Promise<void> => {
    const loaded = [this.#going, this.#offered].find((known) => known?.key === countersignRun);
    if (!loaded) {
      if (this.#going && countersignRun === BESIDE) this.#going.doubted = true;
      throw new CountersignError("THREAD_BUSY", { threadId: this.#open().thread.id });
    }
    const { run } = loaded;
    loaded.doubted = run.leaving !== undefined;
    if (run.leaving) {
      await keepBeforeLeaving(run, state);
      throw run.leaving;
    }
    try {
      await this.#take(loaded, state);
    } catch (error) {
      if (isCountersignError(error)) run.leaving ??= error;
      throw error;
    }
  };

  /** Makes durable what is about to run. */
  keep = async (saved: Saved): Promise<void> => {
    if (this.#going) await this.#persist(saved, [], this.#going.run.thread);
  };

  async #begin(loaded: Loaded): Promise<void> {
    const { run } = loaded;
    const { thread } = run;
    const kept = fromContinuation(await thread.restore());
    const state = this.#own ? await this.#own.load() : kept?.state;
    if (!state) return place(run, newSaved(thread.id));
    refuseUnknownState(state);
    run.asked = kept?.asked;
    const saved = { state, outside: [...(kept?.outside ?? []), ...outsideIn(run.tools, state)], last: kept?.last ?? false };
    const standing = await goOn(run, saved, () => toolContexts(undefined));
    switch (standing.type) {
      case "ready":
        return place(run, standing.saved);
      case "stopped":
        await this.#persist({ ...standing.saved, state: { ...standing.saved.state, status: "complete" } }, [], thread);
        await thread.release("completed");
        throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: "Its reviewer stopped the run." });
      case "waits":
        if (await this.#waits(loaded, standing.saved, standing.calls)) {
          throw new CountersignError("THREAD_SUSPENDED", { threadId: thread.id, pending: await thread.pending(standing.calls) });
        }
        return this.#begin(loaded);
    }
  }

  /** Asks what nobody asked yet: the SDK's own approvals left it, or a crash. */
  async #waits({ run: { thread } }: Loaded, saved: Saved, calls: readonly ProposedCall[]): Promise<boolean> {
    const requests = await Promise.all(calls.map((call) => thread.recorded(call)));
    const unasked = requests.includes(undefined);
    if (unasked) await this.#persist({ ...saved, state: { ...saved.state, status: "awaiting_approval" } }, calls, thread);
    const waits = await thread.review(calls);
    if (unasked) await thread.release("suspended");
    return waits;
  }

  async #take(loaded: Loaded, state: State): Promise<void> {
    const { run } = loaded;
    const { thread } = run;
    const { saved, waiting, breaksOff } = await absorb(run, state);
    run.saved = saved;
    const { status } = saved.state;
    // Its calls are about to be asked about or to run, and then it is saved again.
    const goesOn = loaded === this.#going && status === "in_progress" && isMidRound(loaded);
    if (!goesOn || this.#own) await this.#persist(saved, waiting, thread);
    this.#offered = undefined;
    this.#going = status === "in_progress" ? loaded : undefined;
    if (this.#going) return;
    if (waiting.length > 0) await thread.review(waiting);
    await thread.release(status === "complete" ? "completed" : "suspended");
    if (breaksOff) throw new Error(PAUSED);
  }

  async #persist(saved: Saved, waiting: readonly ProposedCall[], thread: Thread): Promise<void> {
    const continuation = toContinuation(saved, waiting, { elsewhere: this.#own !== undefined });
    if (this.#own) {
      // First the fence, then the conversation that is asked about, then the questions: a crash between is mended by the next load.
      await thread.save(continuation);
      await this.#own.save(withPending(saved, waiting));
    }
    if (!this.#own || waiting.length > 0) await thread.suspend(waiting, continuation);
  }
}
const PAUSED = "A call of the last turn waits for a person, so the run pauses here. Decide, then call the model again.";

/** The calls that a pause is about, as the SDK shows them to a user interface that reads the state. */
function withPending({ state, outside }: Saved, waiting: readonly ProposedCall[]): State {
  if (!state.status.startsWith("awaiting")) return state;
  const ids = waiting.length > 0 ? waiting.map(({ callId }) => callId) : outside;
  const open = lastTurn(itemsOf(state.messages))?.open.filter(({ id }) => ids.includes(id)) ?? [];
  return { ...state, pendingToolCalls: open.map(({ id, tool, args }) => ({ id, name: tool, arguments: args })) };
}

/** The model has made calls in this run that have no output yet. */
function isMidRound({ run: { saved } }: Loaded): boolean {
  return saved !== undefined && (lastTurn(itemsOf(saved.state.messages))?.open.length ?? 0) > saved.outside.length;
}

/** What the SDK's own pauses say of calls that are answered from outside. */
function outsideIn(tools: readonly Tool[], { status, pendingToolCalls = [] }: State): readonly string[] {
  return status === "awaiting_hitl" || status === "awaiting_client_tools" ? answerable(tools, pendingToolCalls) : [];
}

function marked(key: string, state: State | undefined): State {
  return { ...(state as State), countersignRun: key } as Marked;
}
