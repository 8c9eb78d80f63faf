import { CountersignError, type ThreadRef } from "@countersign/core";
import type { Thread } from "@countersign/core/adapter";
import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { mergeConfigs } from "@langchain/core/runnables";
import { interopSafeParse, isInteropZodSchema } from "@langchain/core/utils/types";
import { RunControl } from "@langchain/langgraph";
import type { RunningGraph } from "./checkpoints/graph.ts";
import { refuseExit, type RunConfig } from "./checkpoints/surroundings.ts";

/** What a graph is given for each run. */
export type PerRun = RunConfig & { readonly streamMode?: unknown };

/** With something to end the run by. @throws SETUP for durability "exit" */
export async function configFor<C>(
  make: ((thread: ThreadRef<C>) => unknown) | undefined,
  thread: Thread,
): Promise<PerRun & { readonly control: RunControl }> {
  const { id, requestedBy, context } = thread;
  const config = ((await make?.({ threadId: id, requestedBy, context } as ThreadRef<C>)) ?? {}) as PerRun;
  refuseExit(config);
  return { ...config, control: config.control ?? new RunControl() };
}

/**
 * The types say it, too. Without them nobody would know before the first run.
 * @throws SETUP for a `context` that is no function, and for an agent whose context schema demands what nobody makes
 */
export function requireContext({ options }: RunningGraph, { name, context }: { readonly name: string; readonly context?: unknown }): void {
  if (context !== undefined && typeof context !== "function") throw setup(name, "`context` is a function");
  const schema = options?.contextSchema;
  if (context === undefined && isInteropZodSchema(schema) && !interopSafeParse(schema, {}).success)
    throw setup(name, "its agent has a contextSchema that demands something");
}

function setup(name: string, what: string): CountersignError<"SETUP"> {
  const hint = `Runner ${name}: ${what}. Say what each run is given: createRunner(gate, agent, { context: (thread) => ({ context: … }) }).`;
  return new CountersignError("SETUP", { hint });
}

/** The caller's own config; what would change the shape of `invoke`'s answer is left to streams. */
export function settingsFor(threadId: string, config: PerRun, signal: AbortSignal): object {
  const { streamMode, ...rest } = config;
  return {
    durability: "sync",
    ...rest,
    signal: rest.signal ? AbortSignal.any([rest.signal, signal]) : signal,
    ...placeOf(threadId, rest.configurable),
  };
}

/** The callbacks of the caller, and one more. */
export function withHandler(config: Pick<PerRun, "callbacks">, handler: BaseCallbackHandler): NonNullable<PerRun["callbacks"]> {
  return mergeConfigs({ callbacks: config.callbacks ?? [] }, { callbacks: [handler] }).callbacks ?? [];
}

export function streamingOf({ streamMode }: PerRun): object {
  return streamMode === undefined ? {} : { streamMode };
}

export function placeOf(threadId: string, configurable?: object): { readonly configurable: { readonly thread_id: string } } {
  return { configurable: { ...configurable, thread_id: threadId } };
}
