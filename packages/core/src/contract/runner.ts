import type { ProposedCall } from "./call.ts";
import type { Continuation, SavedRun } from "./continuation.ts";
import type { GateIn, ThreadInfo } from "./gate.ts";
import type { Inspection } from "./inspection.ts";
import type { RunOutcome, StreamedRun } from "./outcome.ts";
import type { Awaitable } from "./json.ts";
import type { Principal } from "./principal.ts";
import type { Thread } from "./thread.ts";
import type { Usage } from "./usage.ts";

type StartOptions<Native> = ThreadInfo &
  Native & {
    signal?: AbortSignal | undefined;
    /** Start while requests are pending: refuse (default) or cancel them. */
    pending?: "refuse" | "cancel" | undefined;
  };
export type StartArgs<Context, Native> = unknown extends Context
  ? [options?: StartOptions<Native>]
  : [options: StartOptions<Native> & { context: Context }];

/** One named agent on durable threads: what every adapter's createRunner returns and what a worker drives. */
// oxlint-disable-next-line typescript/no-explicit-any -- see Gate
export interface AgentRunner<Input = any, Output = any, Stream = any, Context = any, Native = {}, Messages = any> {
  readonly name: string;
  readonly gate: GateIn<Context>;
  /** The framework keeps its conversations in this process alone: they die with it, however durable the store is. */
  readonly forgetsWithProcess?: boolean;
  /**
   * A new input for this thread.
   * @throws THREAD_BUSY, THREAD_SUSPENDED while decisions are missing, EXECUTION_UNKNOWN, INVALID_ARGS, and what the framework throws
   */
  start(threadId: string, input: Input, ...options: StartArgs<Context, Native>): Promise<RunOutcome<Output, Messages>>;
  /**
   * Goes on where the thread stopped. Without a decision nothing happens: no effect, no model request. A thread that workers
   * have given up is tried again, and so is one whose next try is still to come.
   * @throws THREAD_UNKNOWN, THREAD_CLOSED once it was purged, AGENT_UNKNOWN, EXECUTION_UNKNOWN, and what the framework throws
   */
  resume(threadId: string, options?: Native & { signal?: AbortSignal | undefined }): Promise<RunOutcome<Output, Messages>>;
  stream(threadId: string, input: Input, ...options: StartArgs<Context, Native>): Promise<StreamedRun<Stream, Output, Messages>>;
  resumeStream(threadId: string, options?: Native & { signal?: AbortSignal | undefined }): Promise<StreamedRun<Stream, Output, Messages>>;
  /**
   * The conversation as it is saved, in the framework's own form, also while calls wait. Empty for a thread that nobody has seen.
   * @throws STATE_INCOMPATIBLE, STORE_UNAVAILABLE
   */
  messages(threadId: string): Promise<Messages>;
}

/** How far the framework came. */
export type Advance<Output, Messages = unknown> =
  | {
      readonly status: "completed";
      readonly output: Output;
      readonly text: string;
      /** Of the whole run, also of what an earlier invocation did. */
      readonly usage?: Usage | undefined;
      readonly lastAgent?: string | undefined;
      /** Default: what {@link RunnerSpec.messages} makes of the continuation. */
      readonly messages?: Messages;
      readonly continuation?: Continuation;
    }
  /**
   * Core suspends with these. A hook that had to record earlier called suspend itself; twice is once. No calls at all:
   * the framework waits for something that isn't Countersign's.
   */
  | { readonly status: "suspended"; readonly calls: readonly ProposedCall[]; readonly continuation: Continuation | null }
  | { readonly status: "stopped"; readonly continuation?: Continuation };

/** `input` on start, absent on a resume of what was saved; `continuation` is the thread's last one. */
export interface RunFrom<Input> {
  readonly input: Input | undefined;
  /** An earlier invocation began with this input and died before anything was saved here. */
  readonly again: boolean;
  /** What {@link RunnerSpec.keepInput} made of the input, also `again`. */
  readonly kept?: unknown;
  readonly continuation: Continuation | null;
}

/** How a framework goes on. Everything else (lease, fence, outcome, review, release, worker) is done by defineRunner. */
export interface RunnerSpec<Input, Output, Stream, Native, Messages = unknown> {
  readonly name: string;
  readonly framework: string;
  advance(thread: Thread, from: RunFrom<Input>, options: Native & { readonly signal: AbortSignal }): Promise<Advance<Output, Messages>>;
  advanceStream?(
    thread: Thread,
    from: RunFrom<Input>,
    options: Native & { readonly signal: AbortSignal },
  ): Promise<{ readonly stream: Stream; readonly done: Promise<Advance<Output, Messages>> }>;
  /**
   * The framework persists its conversation itself (LangGraph's checkpointer): a start that died is gone on with. Default:
   * it is begun again with its input, if that is JSON.
   */
  readonly keepsConversation?: boolean;
  /**
   * With `keepsConversation`: what is recorded of an input before the framework gets it, as JSON. A start that dies is then
   * handed to `advance` with it, `again`, and the adapter finds out whether the framework has taken the input. Undefined: it
   * can't be kept.
   */
  keepInput?(threadId: string, input: Input): Promise<unknown>;
  /** The framework's own options of `start` and `resume`, by name: any other is SETUP. Default: whatever is given is passed on. */
  readonly perCall?: readonly string[];
  /** …but in this process alone. */
  readonly forgetsWithProcess?: boolean;
  /** The output of a completed thread, where the framework keeps it. Default: it is recorded. */
  restoreOutput?(threadId: string, saved: SavedRun): Promise<Output>;
  /** The conversation, for the outcome and for `runner.messages`. Left out: there is none to show. */
  messages?(threadId: string, saved: SavedRun): Awaitable<Messages>;
  /**
   * How tools that nobody has gated are found. Leave it out only if every tool runs through `thread.execute`, whatever the
   * application hands to the runner.
   */
  readonly tools?: Inspection;
  /** Checks the set-up before anything is written. */
  beforeRun?(threadId: string, options: Native): void;
  /** For a stream that has nothing to say because the run didn't move. Default: an empty async iterable. */
  emptyStream?(): Stream;
}

/** Who ended a run that was stopped. */
export interface Stopper {
  readonly by: Principal;
  readonly message: string | undefined;
}
