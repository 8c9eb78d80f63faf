import type { AgentRunner, Gate, ThreadRef } from "@countersign/core";
import {
  defineRunner,
  demand,
  demandOptions,
  refuseIncomplete,
  type Advance,
  type GateIn,
  type ProposedCall,
  type RunFrom,
  type Thread,
} from "@countersign/core/adapter";
import type { BaseMessage } from "@langchain/core/messages";
import { isGraphDrained, type BaseCheckpointSaver, type Command, type CommandInstance, type StateSnapshot } from "@langchain/langgraph";
import {
  asGiven,
  atRoot,
  forgetsWithProcess,
  hidesMessages,
  messagesOf,
  outputOf,
  pausesIn,
  pausesOf,
  type RunningGraph,
} from "./checkpoints/graph.ts";
import { asKept, inputKept, isTaken, keepInput, lastIdIn, withIds } from "./checkpoints/kept-input.ts";
import { refuseMissingTools } from "./checkpoints/missing-tools.ts";
import { requireCheckpointer } from "./checkpoints/surroundings.ts";
import { completed } from "./completed.ts";
import { explainResume, typedError } from "./errors.ts";
import { isPause } from "./guard.ts";
import { offersOf, toolNamesOf } from "./offers.ts";
import { refuseSwallowed } from "./pauses/leaving.ts";
import { configFor, placeOf, requireContext, settingsFor, streamingOf, withHandler, type PerRun } from "./per-run.ts";
import { FRAMEWORK } from "./framework.ts";
import { beginRun, tallyOf, type Run } from "./run.ts";
import { STOPPED } from "./stop.ts";
import { listener, mirrored } from "./stream.ts";
import { counting, leavesAnswers, newTally, savedBy, takeUnsaved, tallyIn, type Tally } from "./tally.ts";
import { answersToOpenCalls } from "./told.ts";
import { openTurn } from "./turn.ts";

// oxlint-disable typescript/no-explicit-any -- the graph's own types are read off these positions
interface Graph {
  invoke(input: any, config?: any): Promise<any>;
  stream(input: any, config?: any): Promise<any>;
}
type RawInput<G extends Graph> = Exclude<Parameters<G["invoke"]>[0], Command<any, any, any> | CommandInstance<any, any, any> | null>;
/** A graph over messages also takes plain text, so that callers port unchanged. */
type GraphInput<G extends Graph> = RawInput<G> | (RawInput<G> extends { messages?: any } ? string : never);
// oxlint-enable typescript/no-explicit-any
type GraphOutput<G extends Graph> = Awaited<ReturnType<G["invoke"]>>;
type GraphStream<G extends Graph> = Awaited<ReturnType<G["stream"]>>;
type GraphConfig<G extends Graph> = NonNullable<Parameters<G["invoke"]>[1]>;

/**
 * What the graph is given for each run: `context`, `configurable`, `callbacks`, `recursionLimit`, `streamMode`… The thread's id is
 * added. `durability` is "sync" unless it says "async".
 */
type MakeConfig<G extends Graph, C> = (thread: ThreadRef<C>) => GraphConfig<G> | Promise<GraphConfig<G>>;

type RunnerOptions<G extends Graph, C> = {
  /** Stored with every pause: how a worker finds the agent again. Keep it stable. */
  readonly name: string;
  /** Tools that are meant to run without the gate, by name: the provider's too. */
  readonly ungated?: readonly string[];
} & (DemandsContext<G> extends true ? { readonly context: MakeConfig<G, C> } : { readonly context?: MakeConfig<G, C> });
/** A context schema has fields that are not optional. */
type DemandsContext<G extends Graph> = [GraphConfig<G>] extends [never] ? false : {} extends GraphConfig<G> ? false : true;

/**
 * Drives an agent or a compiled graph on durable threads: the thread's id is LangGraph's thread_id. A graph that waits for
 * an interrupt() of its own is `suspended` with nothing pending: answer it in the graph with `Command({ resume })`. Whatever the
 * graph needs for a run is made by `context` from the thread, at the start and whenever somebody wakes it.
 * @example const payments = createRunner(gate, agent, { name: "payments" })
 * @throws SETUP for a graph without a checkpointer, a gate without a policy, an agent that demands a context, and tools that no gate guards or that share a
 * name: of the agent, and of tool nodes, in nested graphs too
 */
export function createRunner<C, G extends Graph>(
  gate: GateIn<C>,
  graph: G,
  options: RunnerOptions<G, C>,
): AgentRunner<GraphInput<G>, GraphOutput<G>, GraphStream<G>, C, {}, BaseMessage[]> {
  const call = 'createRunner(gate, graph, { name: "payments" })';
  refuseIncomplete([gate, graph, options], call);
  demandOptions(options, ["name", "context", "ungated"], call);
  const running = graph as unknown as RunningGraph;
  demand(
    typeof running.invoke === "function" && typeof running.getState === "function",
    graph,
    "the agent",
    'createRunner(gate, createAgent({ … }), { name: "payments" })',
  );
  requireCheckpointer(running.checkpointer);
  requireContext(running, options);
  const forgets = forgetsWithProcess(running.checkpointer);
  if (gate.store.capabilities.durable && forgets) {
    // oxlint-disable-next-line no-console -- said once, where the graph is set up
    console.warn(
      `countersign: runner ${options.name} keeps requests on disk and conversations in a MemorySaver, which a restart empties. Use a checkpointer that writes to a file or a database.`,
    );
  }

  /** What to give the graph, and how. */
  async function prepare(thread: Thread, from: RunFrom<GraphInput<G>>, signal: AbortSignal, streams: boolean): Promise<Prepared> {
    const tally = tallyOf(thread) ?? (await tallyFrom(running, from));
    const counter = counting(tally);
    const inTools = leavesAnswers(running, tally) ? counter : undefined;
    const config = await configFor<C>(options.context, thread);
    const { control } = config;
    const run = beginRun(gate, thread, () => toolNamesOf(running), { tally, inTools, control, streams });
    const settings = settingsFor(thread.id, config, signal);
    const input = await inputFor(running, thread.id, from);
    if (input === undefined) await refuseMissingTools(running, run, () => stateOf(running, thread.id, { subgraphs: true }));
    return {
      run,
      settings: inTools ? settings : { ...settings, callbacks: withHandler(config, counter) },
      streaming: streamingOf(config),
      input: input === undefined ? null : await withAnswers(gate, run, running, settings, input),
    };
  }

  const readMessages = async (threadId: string): Promise<BaseMessage[]> => messagesOf((await stateOf(running, threadId)).values);

  return defineRunner<GraphInput<G>, GraphOutput<G>, GraphStream<G>, C, {}, BaseMessage[]>(gate, {
    name: options.name,
    framework: FRAMEWORK,
    tools: { look: () => offersOf(running), ungated: options.ungated, remedy: REMEDY },
    keepsConversation: true,
    keepInput: (threadId, input) => keepInput(checkpointerOf(running), placeOf(threadId), asGiven(running, input)),
    perCall: [],
    forgetsWithProcess: forgets,

    beforeRun() {
      requireCheckpointer(running.checkpointer);
    },

    async advance(thread, from, { signal }) {
      const { run, settings, input } = await prepare(thread, from, signal, false);
      try {
        const output = await atRoot(() => running.invoke(input, settings));
        return await advanced(run, pausesIn(output), async () => {
          const messages = hidesMessages(running) ? await readMessages(thread.id) : messagesOf(output);
          return completed(running, { output: output as GraphOutput<G>, messages, tally: run.tally });
        });
      } catch (error) {
        if (isStop(error)) return { status: "stopped" };
        throw explainResume(typedError(error), thread.id, forgets);
      }
    },

    async advanceStream(thread, from, { signal }) {
      const { run, settings, streaming, input } = await prepare(thread, from, signal, true);
      const { handler, heard } = listener();
      const listening = { ...settings, ...streaming, callbacks: withHandler(settings, handler) };
      const { stream, finished } = mirrored(await atRoot(() => running.stream(input, listening)), isStop);
      const done = finished.then(
        async () => {
          const snapshot = await stateOf(running, thread.id);
          const values: unknown = heard() ?? snapshot.values;
          return advanced(run, pausesOf(snapshot), () =>
            completed(running, { output: outputOf(running, values) as GraphOutput<G>, messages: messagesOf(values), tally: run.tally }),
          );
        },
        (error: unknown) => {
          throw explainResume(typedError(error), thread.id, forgets);
        },
      );
      return { stream: stream as GraphStream<G>, done };
    },

    async restoreOutput(threadId, { continuation }): Promise<GraphOutput<G>> {
      const output = outputOf(running, (await stateOf(running, threadId)).values);
      const isObject = typeof output === "object" && output !== null && !Array.isArray(output);
      return (isObject ? { ...output, ...savedBy(continuation).output } : output) as GraphOutput<G>;
    },

    messages: readMessages,
  });
}

const REMEDY = "List approvalMiddleware in createAgent, or pass tools to gateTools. What the provider runs by itself can't be gated.";

interface Prepared {
  readonly run: Run & { readonly tally: Tally };
  readonly settings: object & Pick<PerRun, "callbacks">;
  readonly streaming: object;
  readonly input: unknown;
}

function stateOf(graph: RunningGraph, threadId: string, options?: { readonly subgraphs: boolean }): Promise<StateSnapshot> {
  return atRoot(() => graph.getState(placeOf(threadId), options));
}

/** How much a run has taken so far: one that begins, nothing. */
async function tallyFrom(graph: RunningGraph, { input, again, kept, continuation }: RunFrom<unknown>): Promise<Tally> {
  if (input === undefined && !again) return tallyIn(continuation);
  const recorded = asKept(kept);
  if (!recorded) return newTally(undefined);
  return newTally(lastIdIn(again ? await inputKept(recorded) : asGiven(graph, input), recorded.id));
}

/** What the graph shall begin with. Undefined: it goes on. */
async function inputFor(graph: RunningGraph, threadId: string, { input, again, kept }: RunFrom<unknown>): Promise<unknown> {
  const recorded = asKept(kept);
  if (!again) return input === undefined || !recorded ? asGiven(graph, input) : withIds(asGiven(graph, input), recorded);
  if (!recorded) return undefined;
  // LangGraph may have written nothing of a start that died.
  const taken = await isTaken(checkpointerOf(graph), placeOf(threadId), recorded, await stateOf(graph, threadId));
  return taken ? undefined : withIds(await inputKept(recorded), recorded);
}

function checkpointerOf({ checkpointer }: RunningGraph): BaseCheckpointSaver {
  requireCheckpointer(checkpointer);
  return checkpointer;
}

/** The input, behind the answers to calls that an earlier run left open. */
async function withAnswers(gate: Gate, run: Run, graph: RunningGraph, settings: object, given: unknown): Promise<unknown> {
  if (typeof given !== "object" || given === null || !("messages" in given)) return given;
  const turn = openTurn(messagesOf((await atRoot(() => graph.getState(settings))).values));
  if (!turn) return given;
  const answers = await answersToOpenCalls(gate, run, turn);
  return { ...given, messages: [...answers, ...[given.messages].flat()] };
}

async function advanced<Output>(
  run: Run,
  pauses: readonly unknown[] | undefined,
  end: () => Ended<Output> | Promise<Ended<Output>>,
): Promise<Advance<Output, BaseMessage[]>> {
  // An error that only a pause could carry out of a tool node.
  for (const { error } of run.leaving.values()) if (!isPause(error)) throw error;
  if (run.stopped) return { status: "stopped" };
  if (pauses) return { status: "suspended", calls: distinct(run.suspended), continuation: takeUnsaved(run.tally) };
  refuseSwallowed(run);
  return end();
}
type Ended<Output> = Advance<Output, BaseMessage[]>;

/** Parallel branches may have met the same call. */
function distinct(calls: readonly ProposedCall[]): readonly ProposedCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify([call.turnId, call.callId]), call])).values()];
}

function isStop(error: unknown): boolean {
  return error instanceof Error && isGraphDrained(error) && error.message.includes(STOPPED);
}
