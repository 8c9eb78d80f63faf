import { CountersignError, type AgentRunner, type Gate, type ThreadRef } from "@countersign/core";
import { defineKeptRunner, type Advance, type GateIn, type Next, type RunFrom, type Thread } from "@countersign/core/adapter";
import { RunContext, Runner, RunState, StreamedRunResult, type Agent, type RunResult, type Session } from "@openai/agents";
import { isOfLookalikes, typedError } from "./errors.ts";
import { offersFrom, refuseListedLookalikes } from "./offers.ts";
import { beginRun, FRAMEWORK, type Run } from "./run.ts";
import { freeze, fromContinuation, restoreState, toContinuation, type AnyAgent, type AnyState, type Saved } from "./saved.ts";
import { conversationIn, itemsOf, type Input } from "./sessions/history.ts";
import { rewind, withoutRepeats } from "./sessions/session.ts";
import { answersTo, withoutUnanswerable } from "./told.ts";
import { pauseOf, permit, stopperOf, waitingIn } from "./waiting.ts";

// oxlint-disable typescript/no-explicit-any -- an agent's context and output are read off these positions
type ContextOf<A> = A extends Agent<infer X, any> ? X : never;
type OutputOf<A extends Agent<any, any>> = NonNullable<RunResult<any, A>["finalOutput"]>;
type StreamOf<A extends Agent<any, any>> = StreamedRunResult<any, A>;
// oxlint-enable typescript/no-explicit-any

interface RunOptions {
  /** Model requests at the most; the SDK's own default is 10. */
  maxTurns?: number | undefined;
}

interface RunnerOptions<C, A> {
  /** Stored with every pause: how a worker finds the agent again. Keep it stable. */
  readonly name: string;
  /** Live context, made again at every start and resume: never persisted. */
  readonly context?: (thread: ThreadRef<C>) => ContextOf<A> | Promise<ContextOf<A>>;
  /** Keeps the conversation. Without one it is kept with the thread. */
  readonly session?: (thread: ThreadRef<C>) => Session | Promise<Session>;
  /** The SDK's own Runner, if you configure one. */
  readonly sdk?: Runner;
  /** Tools that are meant to run without the gate, by name; `server/*` for an MCP server. */
  readonly ungated?: readonly string[];
}

/** One run that a runner drives, with what the SDK is given again every time. */
interface Driven {
  readonly agent: AnyAgent;
  readonly run: Run;
  readonly context: RunContext | undefined;
  readonly session: Session | undefined;
  readonly given: RunOptions & { readonly signal: AbortSignal };
}

type Stopped = Extract<Saved, { type: "stopped" }>;

/** What the SDK shall be run on. */
type Request = Input | AnyState;

/**
 * Drives an agent on durable threads. A paused run is kept as the SDK's own RunState, in the same write as its requests.
 * @example const payments = createRunner(gate, agent, { name: "payments" })
 * @throws SETUP for a gate without a policy, and for tools that no gate guards or that a model can't tell apart: of the agent,
 * and of those that it hands over to
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export function createRunner<C, A extends Agent<any, any>>(
  gate: GateIn<C>,
  agent: A,
  options: RunnerOptions<C, A>,
): AgentRunner<Input, OutputOf<A>, StreamOf<A>, C, RunOptions> {
  const sdk = options.sdk ?? new Runner();
  const ephemeral = options.context !== undefined;
  const emptyStream = (): StreamOf<A> => {
    const state = new RunState<unknown, A>(new RunContext(), "", agent, null);
    return new StreamedRunResult({ state, signal: AbortSignal.abort() });
  };

  async function open(thread: Thread, given: Driven["given"]): Promise<Driven> {
    const ref = { threadId: thread.id, requestedBy: thread.requestedBy, context: thread.context } as ThreadRef<C>;
    const [context, session] = await Promise.all([options.context?.(ref), options.session?.(ref)]);
    return { agent, run: beginRun(gate, thread), context: ephemeral ? new RunContext(context) : undefined, session, given };
  }

  /** Where the run begins or goes on. */
  async function enter(driven: Driven, { input, again, continuation }: RunFrom<Input>): Promise<Next<Request, OutputOf<A>> | undefined> {
    const saved = fromContinuation(continuation);
    if (input !== undefined) {
      if (again && driven.session) await rewind(driven.session, itemsOf(input));
      return { request: await conversation(driven, saved, input) };
    }
    if (saved?.type !== "stopped") return undefined;
    return goOn(driven, await restoreState(agent, saved, driven.context), saved, false);
  }

  /** What the SDK made of it. */
  async function leave(driven: Driven, result: Result<A>): Promise<Next<Request, OutputOf<A>>> {
    driven.given.signal.throwIfAborted();
    if (driven.run.leaving) throw driven.run.leaving;
    if (result.interruptions.length === 0) return { advance: completed(result, driven.session) };
    const { json, schema, state } = freeze(result.state, { ephemeral });
    return goOn(driven, result.state, { type: "stopped", schema, state, pause: pauseOf(gate as Gate, result.state, json) }, true);
  }

  return defineKeptRunner(gate, {
    name: options.name,
    framework: FRAMEWORK,
    tools: { look: () => offersFrom(agent), ungated: options.ungated, remedy: REMEDY },
    open,
    enter,
    run: (driven: Driven, request) =>
      explained(driven, () => sdk.run(agent as AnyAgent, request, settingsOf(driven)) as Promise<Result<A>>),
    streaming: {
      empty: emptyStream,
      async run(driven, request) {
        const settings = { ...settingsOf(driven), stream: true } as const;
        const stream = (await explained(driven, () => sdk.run(agent as AnyAgent, request, settings))) as unknown as StreamOf<A>;
        return { stream, done: explained(driven, () => stream.completed).then(() => stream) };
      },
    },
    leave,
  });
}
const REMEDY = "Pass tools to gateTools, and MCP servers to gateMcpServers. What the provider runs by itself, nothing here can hold up.";

// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Result<A extends Agent<any, any>> = RunResult<any, A> | StreamOf<A>;

/** @throws SETUP for tools of one name, and what the SDK threw in words of its caller's */
async function explained<T>({ agent, run, context }: Driven, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOfLookalikes(error)) {
      await refuseListedLookalikes(agent);
      throw new CountersignError("SETUP", { hint: error.message }, { cause: error });
    }
    throw typedError(error, run, context?.context);
  }
}

function settingsOf({ context, session, given: { signal, maxTurns } }: Driven) {
  return {
    signal,
    // Where a server lists its tools anew for each run, only the SDK sees two of one name.
    toolNameCollisionPolicy: "error" as const,
    ...(context ? { context } : {}),
    ...(session ? { session: withoutRepeats(session) } : {}),
    ...(maxTurns === undefined ? {} : { maxTurns }),
  };
}

/** The input behind what was said before, with an answer to every call that was left open. */
async function conversation({ run, session }: Driven, saved: Saved | undefined, input: Input): Promise<Input> {
  const stopped = saved?.type === "stopped" ? saved : undefined;
  const before = session
    ? await session.getItems()
    : stopped
      ? conversationIn(stopped.state)
      : saved?.type === "history"
        ? saved.items
        : [];
  const answers = await answersTo(run.thread, before, stopped?.pause);
  if (session) {
    if (answers.length > 0) await session.addItems(answers);
    return input;
  }
  return before.length === 0 ? input : [...withoutUnanswerable(before), ...answers, ...itemsOf(input)];
}

/** A run that the SDK has stopped: does it wait, has a reviewer ended it, or may it go on? */
async function goOn<Output>(driven: Driven, state: AnyState, saved: Stopped, fresh: boolean): Promise<Next<Request, Output>> {
  const { run } = driven;
  const continuation = toContinuation(saved);
  const waiting = await waitingIn(run, state, saved.pause, fresh);
  if (waiting.length > 0) return { advance: { status: "suspended", calls: waiting.map(({ call }) => call), continuation } };
  if (await stopperOf(run, saved.pause)) return { advance: await stopped(driven, saved) };
  // Decided at once, by a grant or a rule that counts.
  if (fresh) await run.thread.save(continuation);
  await permit(run, state, saved.pause);
  return { request: state };
}

async function stopped<Output>({ run, session }: Driven, { state, pause }: Stopped): Promise<Advance<Output>> {
  const before = session ? await session.getItems() : conversationIn(state);
  const answers = await answersTo(run.thread, before, pause);
  if (session && answers.length > 0) await session.addItems(answers);
  const items = session ? [] : [...withoutUnanswerable(before), ...answers];
  return { status: "stopped", continuation: toContinuation({ type: "history", items }) };
}

// oxlint-disable-next-line typescript/no-explicit-any -- see above
function completed<A extends Agent<any, any>>(result: Result<A>, session: Session | undefined): Advance<OutputOf<A>> {
  const output = result.finalOutput as OutputOf<A>;
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
  return { status: "completed", output, text, continuation: toContinuation({ type: "history", items: session ? [] : result.history }) };
}
