import { CountersignError, type AgentRunner, type Gate, type ThreadRef } from "@countersign/core";
import {
  defineKeptRunner,
  demand,
  refuseIncomplete,
  type Advance,
  type GateIn,
  type Next,
  type RunFrom,
  type Thread,
} from "@countersign/core/adapter";
import { RunContext, Runner, RunState, StreamedRunResult, type Agent, type AgentInputItem, type RunResult } from "@openai/agents";
import { holdTo, watchCalls } from "./at-the-call.ts";
import { isOfLookalikes, typedError } from "./errors.ts";
import { offersFrom, refuseListedLookalikes, REMEDY } from "./offers.ts";
import { completed } from "./completed.ts";
import { beginRun, FRAMEWORK, type Run } from "./run.ts";
import { freeze, fromContinuation, restoreState, toContinuation, type AnyAgent, type AnyState, type Saved, type Server } from "./saved.ts";
import { refuseUnknownOptions, settingsOf, type PerRun, type Settings } from "./per-run.ts";
import { conversationOf } from "./sessions/conversation.ts";
import { itemsOf, type Input } from "./sessions/history.ts";
import { beginning, owed } from "./sessions/owed.ts";
import { rewind, withoutRepeats } from "./sessions/session.ts";
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

interface RunnerOptions {
  /** Stored with every pause: how a worker finds the agent again. Keep it stable. */
  readonly name: string;
  /** The SDK's own Runner, if you configure one. */
  readonly sdk?: Runner;
  /** Tools that are meant to run without the gate, by name; `server/*` for an MCP server. */
  readonly ungated?: readonly string[];
}

/** One run that a runner drives, with what the SDK is given again every time. */
interface Driven {
  readonly agent: AnyAgent;
  readonly guard: Parameters<typeof holdTo>[0];
  readonly run: Run;
  readonly settings: Settings;
  /** Its live context, if it has one. */
  readonly context: RunContext | undefined;
  readonly given: RunOptions & { readonly signal: AbortSignal };
}

type Stopped = Extract<Saved, { type: "stopped" }>;

/** What the SDK shall be run on: a paused run knows its conversation. */
type Request = AnyState | { readonly input: Input; readonly server: Server | undefined };
type Ahead<Output> = Next<Request, Output, AgentInputItem[]>;

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
  options: RunnerOptions & PerRun<C, ContextOf<A>>,
): AgentRunner<Input, OutputOf<A>, StreamOf<A>, C, RunOptions, AgentInputItem[]> {
  refuseIncomplete([gate, agent, options], 'createRunner(gate, agent, { name: "payments" })');
  demand(typeof agent.getAllTools === "function", agent, "the agent", 'createRunner(gate, new Agent({ … }), { name: "payments" })');
  refuseUnknownOptions(options);
  const { name, sdk = new Runner(), context: make, ungated } = options;
  const guard = { runner: name, gate: gate as Gate, ungated, remedy: REMEDY };
  watchCalls(sdk);
  const emptyStream = (): StreamOf<A> => {
    const state = new RunState<unknown, A>(new RunContext(), "", agent, null);
    return new StreamedRunResult({ state, signal: AbortSignal.abort() });
  };

  const settingsFor = (thread: object): Promise<Settings> =>
    settingsOf(name, make as ((thread: ThreadRef<C>) => unknown) | undefined, thread as ThreadRef<C>);

  async function open(thread: Thread, given: Driven["given"]): Promise<Driven> {
    const settings = await settingsFor({ threadId: thread.id, requestedBy: thread.requestedBy, context: thread.context });
    const context = "context" in settings ? new RunContext(settings.context) : undefined;
    return { agent, guard, run: beginRun(gate, thread, sdk.config.toolErrorFormatter !== undefined), settings, context, given };
  }

  /** Where the run begins or goes on. */
  async function enter(driven: Driven, { input, again, continuation }: RunFrom<Input>): Promise<Ahead<OutputOf<A>> | undefined> {
    const saved = fromContinuation(continuation);
    if (input !== undefined) {
      demand(typeof input === "string" || Array.isArray(input), input, "the input", 'runner.start("pay-001", "Pay Acme Corp $4200.")');
      if (again && driven.settings.session) await rewind(driven.settings.session, itemsOf(input));
      return { request: await beginning(driven.run.thread, driven.settings, saved, input) };
    }
    if (saved?.type !== "stopped") return undefined;
    return goOn(driven, await restoreState({ runner: name, agent, live: driven.context }, saved), saved, false);
  }

  /** What the SDK made of it. */
  async function leave(driven: Driven, result: Result<A>): Promise<Ahead<OutputOf<A>>> {
    driven.given.signal.throwIfAborted();
    if (driven.run.leaving) throw driven.run.leaving;
    if (result.interruptions.length === 0) return { advance: completed(result, driven.settings) };
    const { json, schema, state } = freeze(result.state, { ephemeral: driven.context !== undefined });
    const pause = pauseOf(gate as Gate, result.state, json);
    return goOn(driven, result.state, { type: "stopped", schema, state, pause, from: driven.settings.previousResponseId }, true);
  }

  return defineKeptRunner(gate, {
    name,
    framework: FRAMEWORK,
    perCall: ["maxTurns"] satisfies readonly (keyof RunOptions)[],
    tools: { look: () => offersFrom(agent), ungated, remedy: REMEDY },
    open,
    enter,
    run: (driven: Driven, request) => explained(driven, () => sdk.run(agent as AnyAgent, ...forSdk(driven, request)) as Promise<Result<A>>),
    streaming: {
      empty: emptyStream,
      async run(driven, request) {
        const [on, given] = forSdk(driven, request);
        const stream = (await explained(driven, () =>
          sdk.run(agent as AnyAgent, on, { ...given, stream: true }),
        )) as unknown as StreamOf<A>;
        return { stream, done: explained(driven, () => stream.completed).then(() => stream) };
      },
    },
    leave,
    messages: (_threadId, saved) => conversationOf(saved, settingsFor),
  });
}

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

function forSdk({ guard, context: live, settings: { session }, given: { signal, maxTurns } }: Driven, request: Request) {
  const context = request instanceof RunState ? request._context : (live ?? new RunContext());
  holdTo(guard, context);
  const { conversationId, previousResponseId } = (request instanceof RunState ? undefined : request.server) ?? {};
  const options = {
    signal,
    // Where a server lists its tools anew for each run, only the SDK sees two of one name.
    toolNameCollisionPolicy: "error" as const,
    ...(request instanceof RunState ? {} : { context }),
    ...(session && { session: withoutRepeats(session) }),
    ...(conversationId !== undefined && { conversationId }),
    ...(previousResponseId !== undefined && { previousResponseId }),
    ...(maxTurns !== undefined && { maxTurns }),
  };
  return [request instanceof RunState ? request : request.input, options] as const;
}

/** A run that the SDK has stopped: does it wait, has a reviewer ended it, or may it go on? */
async function goOn<Output>(driven: Driven, state: AnyState, saved: Stopped, fresh: boolean): Promise<Ahead<Output>> {
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

async function stopped<Output>({ run, settings }: Driven, saved: Stopped): Promise<Advance<Output, AgentInputItem[]>> {
  return { status: "stopped", continuation: toContinuation(await owed(run.thread, settings, saved)) };
}
