import { AIMessage, BaseMessage } from "@langchain/core/messages";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import type { ClientTool, ServerTool } from "@langchain/core/tools";
import { getConfig, MemorySaver, type BaseCheckpointSaver, type StateSnapshot } from "@langchain/langgraph";

/** A tool that runs here, or at the provider: that one may have a type and no name. */
export type AnyTool = ClientTool | ServerTool;

/** What every compiled graph and every LangChain agent has at run time. Their declared types share less. */
export interface RunningGraph {
  readonly checkpointer?: unknown;
  /** An agent wraps its graph. */
  readonly graph?: { readonly outputChannels?: unknown };
  readonly outputChannels?: unknown;
  /** What an agent was made of. */
  readonly options?: {
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

/** The messages of a state, if it has any. */
export function messagesOf(values: unknown): readonly BaseMessage[] {
  if (typeof values !== "object" || values === null || !("messages" in values) || !Array.isArray(values.messages)) return [];
  return values.messages.filter((message): message is BaseMessage => BaseMessage.isInstance(message));
}

/** The text of the model's last message. */
export function lastText(values: unknown): string {
  return messagesOf(values).findLast((message) => AIMessage.isInstance(message))?.text ?? "";
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

/** What `invoke` would have answered at this snapshot. */
export function outputOf(graph: RunningGraph, snapshot: StateSnapshot): unknown {
  const channels = graph.outputChannels ?? graph.graph?.outputChannels;
  const values: unknown = snapshot.values;
  if (!Array.isArray(channels) || typeof values !== "object" || values === null) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => channels.includes(name)));
}

export function forgetsWithProcess(checkpointer: BaseCheckpointSaver): boolean {
  return checkpointer instanceof MemorySaver;
}
