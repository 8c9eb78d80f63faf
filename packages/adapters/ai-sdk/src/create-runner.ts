import type { AgentRunner } from "@countersign/core";
import {
  defineKeptRunner,
  demand,
  demandOptions,
  refuseIncomplete,
  refuseUngated,
  type Advance,
  type Continuation,
  type RunFrom,
  type GateIn,
  type Next,
  type ProposedCall,
  type Thread,
} from "@countersign/core/adapter";
import type { UIMessage } from "ai";
import type { AgentLike, OutputOf, StreamOf } from "./agent-like.ts";
import { chatMessages, chatRunner, type ChatRunner } from "./chat/chat-runner.ts";
import { hasHeard, isSaid, withInput, withKept, type Input, type Route, type RunOptions } from "./chat/said.ts";
import { withBeside } from "./chat/ui-messages.ts";
import { grown } from "./grown.ts";
import { offerOf, preparesCalls, REMEDY, watchedAgent } from "./offers.ts";
import { withoutBypass } from "./own-approval.ts";
import { perRunOf, refuseMissingContext, type MakePerRun, type PerRunOption } from "./per-run.ts";
import { beginRun, FRAMEWORK, surrounding, type Run } from "./run.ts";
import { fromContinuation, newConversation, toContinuation, type Saved } from "./saved.ts";
import { emptyStream, finished, type Finished, type Streamed } from "./stream.ts";
import { answersToOpenCalls, browserResults, cutOffResults, isTheBrowsers, responsesTo, toolMessage } from "./told.ts";
import { isAsked, openTurn, partsOf, proposedCalls } from "./turn.ts";
import { refuseUnfit } from "./unfit.ts";
import { isStopped, waitingIn } from "./waiting.ts";

const UNFIT = [{ path: [], message: "the arguments don't fit the tool's schema" }];

interface RunnerOptions {
  /** Stored with every pause: how a worker finds the agent again. Keep it stable. */
  readonly name: string;
  /** Tools that are meant to run without the gate, by name: the provider's and the browser's too. */
  readonly ungated?: readonly string[];
}

/** One run that a runner drives, and what it goes by. */
interface Driven {
  readonly run: Run;
  readonly signal: AbortSignal;
  /** What the agent is given for it. */
  readonly perRun: object;
  /** See {@link RunOptions}. */
  readonly answered: Readonly<Record<string, unknown>>;
  readonly route: Route | undefined;
}

/**
 * Drives an agent on threads that the server owns. Its messages are saved in the same write as what they wait for, so any
 * process with the store and the agent can go on.
 * @example const payments = createRunner(gate, new ToolLoopAgent({ model, tools: gateTools(gate, tools) }), { name: "payments" })
 * @throws SETUP for a gate without a policy, for tools of the agent that no gate guards, and for call options that nothing makes
 */
export function createRunner<C, A extends AgentLike>(
  gate: GateIn<C>,
  agent: A,
  options: RunnerOptions & PerRunOption<C, A>,
): ChatRunner<A, C> {
  const call = 'createRunner(gate, agent, { name: "payments" })';
  refuseIncomplete([gate, agent, options], call);
  demandOptions(options, ["name", "context", "ungated"], call);
  demand(typeof agent.generate === "function", agent, "the agent", 'createRunner(gate, new ToolLoopAgent({ … }), { name: "payments" })');
  return chatRunner<C, A>(gate, agent, agentRunner<C, A>(gate, agent, options as RunnerOptions & { readonly context?: MakePerRun }));
}

/** An agent on durable threads: its messages are saved in the same write as the requests that they wait for. */
function agentRunner<C, A extends AgentLike>(
  gate: GateIn<C>,
  given: A,
  { name, ungated, context }: RunnerOptions & { readonly context?: MakePerRun },
): AgentRunner<Input, OutputOf<A>, StreamOf<A>, C, RunOptions, UIMessage[]> {
  refuseMissingContext(name, given, context);
  const { tools } = given;
  const guard = { runner: name, gate, ungated, remedy: REMEDY };
  const agent = watchedAgent(given, (chosen) => {
    refuseUngated(guard, [offerOf(chosen)]);
    const run = surrounding();
    if (!run) return;
    refuseUnfit(gate, chosen, [...run.restored.values()]);
    run.tools = chosen;
  });
  const approval = withoutBypass(agent, tools);
  type Output = OutputOf<A>;
  type Step = Next<Saved, Output, UIMessage[]>;
  const lastAgent = given.id;

  /** Where the run begins or goes on. */
  async function enter(driven: Driven, { input, continuation }: RunFrom<Input>): Promise<Step | undefined> {
    const saved = fromContinuation(continuation) ?? newConversation(driven.run.thread.id);
    const repeated = isSaid(input) && hasHeard(saved, input);
    if (input !== undefined && !repeated)
      return { request: { ...withInput(withKept(await withResults(driven, saved)), input), usage: undefined } };
    if (openTurn(saved.messages))
      return goOn(driven, { ...saved, messages: [...saved.messages, ...browserResults(saved.messages, tools, driven.answered)] });
    if (repeated) return { advance: { ...answeredBefore<Output>(saved), lastAgent } };
    return undefined;
  }

  /** The conversation with a result for each call. */
  async function withResults({ run }: Driven, saved: Saved): Promise<Saved> {
    run.outputs.clear();
    return grown(saved, { messages: await answersToOpenCalls(run, saved.messages, "history") }, run);
  }

  /** From a turn that the SDK stopped at. */
  async function goOn(driven: Driven, saved: Saved): Promise<Step> {
    const { thread, restored, outputs } = driven.run;
    const turn = openTurn(saved.messages);
    if (!turn) return { request: saved };
    const calls = proposedCalls(saved.messages, turn, "history");
    // What an agent chooses for a run is looked at when it has chosen.
    if (!preparesCalls(given)) refuseUnfit(gate, tools, turn.open.filter(isAsked));
    const waiting = await waitingIn(thread, turn, calls, { tools: driven.run.tools, fresh: false });
    if (waiting.length > 0 || turn.open.some((call) => isTheBrowsers(call, tools))) return rests(waiting, toContinuation(saved));
    if (await isStopped(thread, calls)) {
      // What was kept is told with whatever is said next: the reviewer ended this run.
      return { advance: { status: "stopped", continuation: toContinuation(withKept(await withResults(driven, saved))) } };
    }
    restored.clear();
    outputs.clear();
    for (const [index, open] of turn.open.entries()) {
      const call = calls[index];
      if (call && isAsked(open)) restored.set(call.callId, call);
    }
    const answers = toolMessage([...(await responsesTo(thread, turn, calls)), ...cutOffResults(turn)]);
    return { request: { ...saved, messages: [...saved.messages, ...answers] } };
  }

  /** What the SDK made of it. */
  async function leave(driven: Driven, made: Finished, from: Saved): Promise<Step> {
    const { run, signal } = driven;
    const { thread } = run;
    signal.throwIfAborted();
    if (run.leaving) throw run.leaving;
    for (const tool of made.unreadable) thread.unreadable({ tool }, UNFIT);
    const saved = withBeside(grown(from, made, run), await driven.route?.beside());
    const continuation = toContinuation(saved);
    const turn = openTurn(saved.messages);
    const browsers = turn?.open.some((call) => isTheBrowsers(call, tools)) ?? false;
    // A response that was cut off leaves calls that the SDK neither runs nor asks about.
    if (!turn || (!browsers && turn.open.every(({ approvalId }) => approvalId === undefined))) {
      // Not saved before it is answered: until then the calls are shown as open, and pages look again.
      if (saved.kept) return { request: withKept(await withResults(driven, saved)) };
      const { text, output } = made;
      return { advance: { status: "completed", output: output as Output, text, usage: saved.usage, lastAgent, continuation } };
    }
    const calls = proposedCalls(saved.messages, turn, "history");
    const waiting = await waitingIn(thread, turn, calls, { tools: run.tools, fresh: true });
    if (waiting.length > 0 || browsers) return rests(waiting, continuation);
    // Decided at once, by a grant or a rule that counts.
    await thread.save(continuation);
    return goOn(driven, saved);
  }

  const optionsOf = ({ perRun, signal }: Driven, { messages }: Saved) => ({
    ...perRun,
    messages: [...messages],
    abortSignal: signal,
    ...approval,
  });

  const open = async (
    thread: Thread,
    { signal, answered = {}, route }: RunOptions & { readonly signal: AbortSignal },
  ): Promise<Driven> => ({
    run: beginRun(gate, thread, { tools, refusals: route?.refusals }),
    signal,
    perRun: await perRunOf(name, context, thread),
    answered,
    route,
  });

  return defineKeptRunner(gate, {
    name,
    framework: FRAMEWORK,
    tools: { ...guard, look: () => ({ offers: [offerOf(given.tools)] }) },
    perCall: ["answered", "route"] satisfies readonly (keyof RunOptions)[],
    open,
    enter,
    messages: async (threadId, saved) => chatMessages(gate, given.tools, threadId, saved),
    run: async (driven: Driven, saved) => finished(await explained(driven, () => agent.generate(optionsOf(driven, saved)))),
    streaming: {
      empty: () => emptyStream() as StreamOf<A>,
      async run(driven, saved) {
        const stream = (await explained(driven, () => agent.stream(optionsOf(driven, saved)))) as StreamOf<A>;
        return { stream, done: explained(driven, () => finished(stream as Streamed)) };
      },
    },
    leave,
  });
}

/** An error on its way out is more than what the SDK made of it. */
async function explained<T>({ run }: Driven, work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw run.leaving ?? error;
  }
}

/** A page sent again what is answered already. The output is gone by now: it is no chat's. */
function answeredBefore<Output>(saved: Saved): Extract<Advance<Output, never>, { status: "completed" }> {
  const parts = saved.messages.slice(-1).flatMap(partsOf);
  const text = parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  return { status: "completed", text, output: text as Output, usage: saved.usage, continuation: toContinuation(saved) };
}

/** Core saves it with the requests that it records, and also where what waits is the browser's. */
function rests(calls: readonly ProposedCall[], continuation: Continuation): { readonly advance: Advance<never, never> } {
  return { advance: { status: "suspended", calls, continuation } };
}
