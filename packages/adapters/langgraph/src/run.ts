import type { Gate, ThreadInfo } from "@countersign/core";
import { currentThread, openThread, reviewerOf, type ProposedCall, type ShownRequest, type Thread } from "@countersign/core/adapter";
import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { RunControl } from "@langchain/langgraph";
import { agentNameOf, isRoot, type Surroundings } from "./checkpoints/surroundings.ts";
import { FRAMEWORK } from "./framework.ts";
import type { Tally } from "./tally.ts";

/** A call that still waits, and the request that it waits for. */
export interface Waiting {
  readonly call: ProposedCall;
  readonly request: ShownRequest;
  /** Names the pause of the whole turn: the id of its first request, also when that one is decided and others still wait. */
  readonly pause: string;
}

/** An error or a pause on its way out of the framework. */
export interface Leaving {
  readonly error: unknown;
  readonly turnId: string;
  /** The graph that it has to get out of first. */
  readonly graph: string;
}

/** One run of a graph on one thread, as far as the gate is concerned. */
export interface Run {
  readonly thread: Thread;
  /** The messages that this run saw the model produce, with the tools that it was offered, by name. Whatever else it meets was restored. */
  readonly produced: WeakMap<object, ReadonlyMap<string, unknown>>;
  /** Names of the tools of the graph that a runner drives, as far as they can be seen. */
  readonly offered: (() => ReadonlySet<string>) | undefined;
  /** What its model requests took, where a runner counts them. */
  readonly tally: Tally | undefined;
  /** Hears of the model requests of its tools, where those of the agent can be seen without. */
  readonly inTools?: BaseCallbackHandler | undefined;
  /** Under a runner: ends the graph that it drives. */
  readonly control?: RunControl | undefined;
  /** The calls that it pauses for. */
  readonly suspended: ProposedCall[];
  /** Pauses for all calls of a turn at once, by turn: parallel tools share one. */
  readonly batches: Map<string, Promise<readonly Waiting[]>>;
  /** Errors and pauses that must leave the framework, by call, until that call comes to an end. */
  readonly leaving: Map<string, Leaving>;
  /** It has asked the model before. */
  asked: boolean;
  /** A reviewer rejected with `then: "stop"`. */
  stopped: boolean;
  /** A runner drives it. */
  readonly driven: boolean;
  /** …and records what it asks when the graph has come to rest: then nothing of the pause can be lost any more. */
  readonly asksAtRest: boolean;
}

/** Whose call it is, outside a runner: who asks and in which context. The thread itself is always configurable.thread_id. */
export type Who<Given, C> = (given: Given) => ThreadInfo & (unknown extends C ? {} : { context?: C | undefined });

/** The same, at the hook that asks. */
export type Identify = () => ThreadInfo & { readonly context?: unknown };

/** Under a runner: which gate its thread belongs to, and what its run has come to. */
const underRunner = new WeakMap<Thread, { readonly gate: Gate; readonly run: Run }>();
/** Without one: LangGraph gives every run one control object, which all its tasks and nested graphs see. */
const byControl = new WeakMap<object, Map<Gate, Map<string, Run>>>();

/** What a runner keeps count with, and ends the graph by. */
interface Driver {
  readonly tally: Tally;
  readonly inTools: BaseCallbackHandler | undefined;
  readonly control: RunControl;
}

/** A runner announces its run before the graph begins. */
export function beginRun<D extends Driver>(
  gate: Gate,
  thread: Thread,
  offered: () => ReadonlySet<string>,
  { streams, ...driver }: D & { readonly streams: boolean },
): Run & Omit<D, "streams"> {
  // A reviewer of this process answers while the graph waits in its hook, and a stream shows the pause before the graph rests.
  const run = { ...newRun(thread, offered), asksAtRest: !streams && !reviewerOf(gate), ...driver };
  underRunner.set(thread, { gate, run });
  return run;
}

/** What this invocation has counted before its in-process reviewer let it go on. */
export function tallyOf(thread: Thread): Tally | undefined {
  return underRunner.get(thread)?.run.tally;
}

/** The run that this hook belongs to. */
export function runOf(gate: Gate, surroundings: Surroundings, identify: Identify): Run {
  const { threadId, config } = surroundings;
  const thread = currentThread();
  const known = thread && underRunner.get(thread);
  // A tool may run another agent: under another gate, or apart from this graph on a thread of its own. One that is nested
  // in this graph pauses with it, and so belongs to its thread, whatever thread_id it was given.
  if (known && known.gate === gate && (thread.id === threadId || !isRoot(surroundings))) return known.run;
  const open = (): Run => newRun(openThread(gate, threadRef(surroundings, identify())), undefined);
  if (!config.control) return open();
  const gates = entry(byControl, config.control, () => new Map<Gate, Map<string, Run>>());
  const threads = entry(gates, gate, () => new Map<string, Run>());
  return entry(threads, threadId, open);
}

function newRun(thread: Thread, offered: Run["offered"]): Run {
  return {
    thread,
    produced: new WeakMap(),
    offered,
    tally: undefined,
    suspended: [],
    batches: new Map(),
    leaving: new Map(),
    asked: false,
    stopped: false,
    driven: offered !== undefined,
    asksAtRest: false,
  };
}

function threadRef(surroundings: Surroundings, who: ReturnType<Identify>): Parameters<typeof openThread>[1] {
  const { threadId } = surroundings;
  return { ...who, threadId, agent: agentNameOf(surroundings), framework: FRAMEWORK } as Parameters<typeof openThread>[1];
}

interface Keyed<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

function entry<K, V>(map: Keyed<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
