import type { AgentRunner, Gate } from "@countersign/core";
import { defineRunner, type Advance, type GateIn, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { HumanMessage } from "@langchain/core/messages";
import { isGraphDrained, type Command, type CommandInstance } from "@langchain/langgraph";
import { atRoot, forgetsWithProcess, lastText, messagesOf, outputOf, pausesIn, pausesOf, type RunningGraph } from "./checkpoints/graph.ts";
import { refuseExit, requireCheckpointer } from "./checkpoints/surroundings.ts";
import { explainResume, typedError } from "./errors.ts";
import { isPause } from "./guard.ts";
import { offersOf } from "./offers.ts";
import { refuseSwallowed } from "./pauses/leaving.ts";
import { beginRun, FRAMEWORK, type Run } from "./run.ts";
import { STOPPED } from "./stop.ts";
import { mirrored } from "./stream.ts";
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
interface RunOptions<G extends Graph> {
  /** Handed to the graph as it is, with the thread's id. `durability` is "sync" unless it says "async". */
  config?: GraphConfig<G> | undefined;
}

interface RunnerOptions {
  /** Stored with every pause: how a worker finds the agent again. Keep it stable. */
  readonly name: string;
  /** Tools that are meant to run without the gate, by name: the provider's too. */
  readonly ungated?: readonly string[];
}

/**
 * Drives an agent or a compiled graph on durable threads: the thread's id is LangGraph's thread_id. A graph that waits for
 * an interrupt() of its own is `suspended` with nothing pending: answer it in the graph with `Command({ resume })`.
 * @example const payments = createRunner(gate, agent, { name: "payments" })
 * @throws SETUP for a graph without a checkpointer, a gate without a policy, and tools that no gate guards or that share a
 * name: of the agent, and of tool nodes, in nested graphs too
 */
export function createRunner<C, G extends Graph>(
  gate: GateIn<C>,
  graph: G,
  options: RunnerOptions,
): AgentRunner<GraphInput<G>, GraphOutput<G>, GraphStream<G>, C, RunOptions<G>> {
  const running = graph as unknown as RunningGraph;
  requireCheckpointer(running.checkpointer);
  const forgets = forgetsWithProcess(running.checkpointer);
  if (gate.store.capabilities.durable && forgets) {
    // oxlint-disable-next-line no-console -- said once, where the graph is set up
    console.warn(`countersign: the requests of ${options.name} are durable, but its MemorySaver forgets the conversations they belong to.`);
  }

  /** What to give the graph, and how. */
  async function prepare(
    thread: Thread,
    input: unknown,
    { signal, config }: RunOptions<G> & { readonly signal: AbortSignal },
  ): Promise<Prepared> {
    const run = beginRun(gate, thread);
    const settings = settingsFor(thread.id, config, signal);
    return { run, settings, input: input === undefined ? null : await withAnswers(gate, run, running, settings, input) };
  }

  return defineRunner<GraphInput<G>, GraphOutput<G>, GraphStream<G>, C, RunOptions<G>>(gate, {
    name: options.name,
    framework: FRAMEWORK,
    tools: { look: () => offersOf(running), ungated: options.ungated, remedy: REMEDY },
    keepsConversation: true,
    forgetsWithProcess: forgets,

    beforeRun(_threadId, { config }) {
      requireCheckpointer(running.checkpointer);
      refuseExit(config ?? {});
    },

    async advance(thread, from, given) {
      const { run, settings, input } = await prepare(thread, from.input, given);
      try {
        const result = await atRoot(() => running.invoke(input, settings));
        return advanced(run, pausesIn(result), result as GraphOutput<G>);
      } catch (error) {
        if (isStop(error)) return { status: "stopped" };
        throw explainResume(typedError(error), thread.id);
      }
    },

    async advanceStream(thread, from, given) {
      const { run, settings, input } = await prepare(thread, from.input, given);
      const { stream, finished } = mirrored(
        await atRoot(() => running.stream(input, { ...settings, ...streamingOf(given.config) })),
        isStop,
      );
      const done = finished.then(
        async () => {
          const snapshot = await atRoot(() => running.getState(placeOf(thread.id)));
          return advanced(run, pausesOf(snapshot), outputOf(running, snapshot) as GraphOutput<G>);
        },
        (error: unknown) => {
          throw explainResume(typedError(error), thread.id);
        },
      );
      return { stream: stream as GraphStream<G>, done };
    },

    async restoreOutput(threadId): Promise<GraphOutput<G>> {
      return outputOf(running, await atRoot(() => running.getState(placeOf(threadId)))) as GraphOutput<G>;
    },
  });
}

const REMEDY =
  "List approvalMiddleware in createAgent, or pass tools to gateTools. What the provider runs by itself, nothing here can hold up.";

interface Prepared {
  readonly run: Run;
  readonly settings: object;
  readonly input: unknown;
}

interface Settings {
  readonly signal?: AbortSignal;
  readonly configurable?: object;
  readonly streamMode?: unknown;
}

/** The caller's own config; what would change the shape of `invoke`'s answer is left to streams. */
function settingsFor(threadId: string, config: Settings | undefined, signal: AbortSignal): object {
  const { streamMode, ...rest } = config ?? {};
  return {
    durability: "sync",
    ...rest,
    signal: rest.signal ? AbortSignal.any([rest.signal, signal]) : signal,
    ...placeOf(threadId, rest.configurable),
  };
}

function streamingOf(config: Settings | undefined): object {
  return config?.streamMode === undefined ? {} : { streamMode: config.streamMode };
}

function placeOf(threadId: string, configurable?: object): { readonly configurable: object } {
  return { configurable: { ...configurable, thread_id: threadId } };
}

/** The input, behind the answers to calls that an earlier run left open. */
async function withAnswers(gate: Gate, run: Run, graph: RunningGraph, settings: object, input: unknown): Promise<unknown> {
  const given = typeof input === "string" ? { messages: [new HumanMessage(input)] } : input;
  if (typeof given !== "object" || given === null || !("messages" in given)) return given;
  const turn = openTurn(messagesOf((await atRoot(() => graph.getState(settings))).values));
  if (!turn) return given;
  const answers = await answersToOpenCalls(gate, run, turn);
  return { ...given, messages: [...answers, ...[given.messages].flat()] };
}

function advanced<Output>(run: Run, pauses: readonly unknown[] | undefined, output: Output): Advance<Output> {
  // An error that only a pause could carry out of a tool node.
  for (const { error } of run.leaving.values()) if (!isPause(error)) throw error;
  if (run.stopped) return { status: "stopped" };
  if (!pauses) {
    refuseSwallowed(run);
    return { status: "completed", output, text: lastText(output) };
  }
  return { status: "suspended", calls: distinct(run.suspended), continuation: null };
}

/** Parallel branches may have met the same call. */
function distinct(calls: readonly ProposedCall[]): readonly ProposedCall[] {
  return [...new Map(calls.map((call) => [JSON.stringify([call.turnId, call.callId]), call])).values()];
}

function isStop(error: unknown): boolean {
  return error instanceof Error && isGraphDrained(error) && error.message.includes(STOPPED);
}
