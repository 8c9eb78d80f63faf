import { AsyncLocalStorage } from "node:async_hooks";
import { isDeepStrictEqual } from "node:util";
import { CountersignError, type Gate } from "@countersign/core";
import type { CallOptions } from "./run.ts";

/** One call on its way to its tool, through whatever the application has put around that. */
interface Passage {
  readonly gate: Gate;
  readonly tool: string;
  readonly options: CallOptions;
  /** As the tool's schema made them of what was signed, or judged. */
  readonly args: unknown;
  made?: Promise<unknown>;
}

const passages = new AsyncLocalStorage<Passage | undefined>();

/** Runs a tool's function for one call: whatever gated tool of this name it comes to is a part of the same call. */
export function passing<R>(passage: Omit<Passage, "made">, run: () => R): R {
  return passages.run({ ...passage }, run);
}

/** Does the code of a tool make this call, with the options of its own? */
export function isInside({ messages, toolCallId }: CallOptions): boolean {
  const around = passages.getStore()?.options;
  return around?.messages === messages && around.toolCallId === toolCallId;
}

/**
 * A tool that is gated twice is gated once: the call has passed the gate further out, and its effect happens once, however
 * often what stands in between calls the tool. Undefined: it comes from the SDK.
 * @throws NOT_APPROVED for other arguments than those that passed
 */
export function passed({ gate, tool, options, args }: Omit<Passage, "made">, effect: () => Promise<unknown>): Promise<unknown> | undefined {
  const passage = passages.getStore();
  // An agent inside the tool has messages of its own, and may use call ids again.
  if (passage?.gate !== gate || passage.tool !== tool || passage.options.messages !== options.messages) return undefined;
  if (passage.options.toolCallId !== options.toolCallId) return undefined;
  if (isDeepStrictEqual(passage.args, args)) return (passage.made ??= passages.run(undefined, effect));
  const note = `A wrapper around the tool ${tool} changed its arguments. Change them before the gate sees the call.`;
  throw new CountersignError("NOT_APPROVED", { request: undefined }, { note });
}
