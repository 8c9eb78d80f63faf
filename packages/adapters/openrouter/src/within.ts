import { AsyncLocalStorage } from "node:async_hooks";
import { isDeepStrictEqual } from "node:util";
import { CountersignError, type Gate } from "@countersign/core";
import { outsideThread } from "@countersign/core/adapter";

/** One call on its way to its tool, through what the application has put around that. */
interface Passage {
  readonly gate: Gate;
  readonly tool: string;
  /** As the tool's schema made them of what was signed, or judged. */
  readonly args: unknown;
  made: Promise<unknown> | undefined;
}

const passages = new AsyncLocalStorage<Passage | undefined>();

/** Runs a tool's function for one call: whatever gated tool of this name it comes to is a part of the same call. */
export function passing<R>(gate: Gate, { tool, args }: Pick<Passage, "tool" | "args">, run: () => R): R {
  return passages.run({ gate, tool, args, made: undefined }, run);
}

/**
 * The way into a gated tool that has no thread of its own, from something around it that a run has been given in its place:
 * the call has passed the gate there. Its effect happens once, however often it is called.
 * @throws THREAD_UNKNOWN outside any call of this tool, NOT_APPROVED for other arguments than those of the call
 */
export function arrive(gate: Gate, { tool, args }: Pick<Passage, "tool" | "args">, effect: () => unknown): Promise<unknown> {
  const passage = passages.getStore();
  if (passage?.gate !== gate || passage.tool !== tool) throw outsideThread(tool);
  if (!isDeepStrictEqual(passage.args, args)) {
    const note = `A wrapper around the tool ${tool} changed its arguments. Change them before the gate sees the call.`;
    throw new CountersignError("NOT_APPROVED", { request: undefined }, { note });
  }
  return (passage.made ??= passages.run(undefined, async () => effect()));
}
