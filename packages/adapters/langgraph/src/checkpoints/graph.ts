import { BaseMessage } from "@langchain/core/messages";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import type { ClientTool, ServerTool } from "@langchain/core/tools";
import { getConfig, MemorySaver, type BaseCheckpointSaver, type StateSnapshot } from "@langchain/langgraph";

/** A tool that runs here, or at the provider: that one may have a type and no name. */
export type AnyTool = ClientTool | ServerTool;

/** What a graph is compiled to. */
interface Compiled {
  readonly outputChannels?: unknown;
  readonly channels?: Readonly<Record<string, { readonly lc_graph_name?: string }>>;
}

/** What every compiled graph and every LangChain agent has at run time. Their declared types share less. */
export interface RunningGraph extends Compiled {
  readonly checkpointer?: unknown;
  /** An agent wraps its graph. */
  readonly graph?: Compiled;
  /** What an agent was made of. */
  readonly options?: {
    readonly name?: string;
    readonly contextSchema?: unknown;
    readonly tools?: readonly AnyTool[];
    readonly middleware?: readonly {
      readonly tools?: readonly AnyTool[];
      readonly wrapToolCall?: unknown;
      readonly wrapModelCall?: unknown;
    }[];
  };
  invoke(input: unknown, config: object): Promise<unknown>;
  stream(input: unknown, config: object): Promise<AsyncIterable<unknown>>;
  getState(config: object, options?: { readonly subgraphs?: boolean }): Promise<StateSnapshot>;
}

/**
 * A runner's graph is a root, also when a tool of another graph drives the runner: LangGraph would nest it there, and keep
 * its conversation in the other one's checkpoints.
 */
export function atRoot<T>(work: () => Promise<T>): Promise<T> {
  if (getConfig()?.configurable === undefined) return work();
  return AsyncLocalStorageProviderSingleton.runWithConfig({}, work, true);
}

/** The messages of a state, if it has any, or is nothing else. */
export function messagesOf(values: unknown): BaseMessage[] {
  if (Array.isArray(values)) return values.filter((message): message is BaseMessage => BaseMessage.isInstance(message));
  return typeof values === "object" && values !== null && "messages" in values ? messagesOf([values.messages].flat()) : [];
}

/** The pauses in the result of `invoke`. Undefined: the graph came to its end. */
export function pausesIn(result: unknown): readonly unknown[] | undefined {
  if (typeof result !== "object" || result === null || !("__interrupt__" in result)) return undefined;
  return Array.isArray(result.__interrupt__) ? (result.__interrupt__ as readonly unknown[]) : [];
}

/**
 * The same from a snapshot, which also shows a graph that waits at a breakpoint. After an answer that did not help,
 * LangGraph no longer counts the paused task among the next ones; its pause still stands with the task.
 */
export function pausesOf({ next, tasks }: StateSnapshot): readonly unknown[] | undefined {
  const pauses = tasks.flatMap((task) => task.interrupts);
  return next.length === 0 && pauses.length === 0 ? undefined : pauses;
}

/** Of the state, what `invoke` answers. */
export function outputOf(graph: RunningGraph, values: unknown): unknown {
  const { outputChannels } = compiled(graph);
  if (!Array.isArray(outputChannels) || typeof values !== "object" || values === null) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => outputChannels.includes(name)));
}

/** An input as the graph takes it: text is what a person says, where the graph keeps messages. */
export function asGiven(graph: RunningGraph, input: unknown): unknown {
  return typeof input === "string" && hasMessages(graph) ? { messages: [{ role: "user", content: input }] } : input;
}

function hasMessages(graph: RunningGraph): boolean {
  return "messages" in (compiled(graph).channels ?? {});
}

/** Has the state messages that `invoke` keeps to itself? */
export function hidesMessages(graph: RunningGraph): boolean {
  const { outputChannels } = compiled(graph);
  return hasMessages(graph) && Array.isArray(outputChannels) && !outputChannels.includes("messages");
}

/** Does no checkpoint keep what stands here? */
export function isUntracked(graph: RunningGraph, channel: string): boolean {
  return compiled(graph).channels?.[channel]?.lc_graph_name === "UntrackedValue";
}

function compiled(graph: RunningGraph): Compiled {
  return graph.graph ?? graph;
}

/** A class that extends it may well write somewhere what it holds. */
export function forgetsWithProcess(checkpointer: BaseCheckpointSaver): boolean {
  return Object.getPrototypeOf(checkpointer) === MemorySaver.prototype;
}
