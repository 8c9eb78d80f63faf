import type { Thread } from "../contract/thread.ts";
import { remember } from "../resume/current-call.ts";

/**
 * For whatever a tool can call: the effect around it remembers an error that means "not now". A tool that catches such an
 * error and throws its own has still been cut short in the middle.
 */
export async function meeting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    remember(error);
    throw error;
  }
}

/** A thread as adapters get it: what stands in the way of a nested call is remembered by the effect around that call. */
export function metThread(thread: Thread): Thread {
  return {
    id: thread.id,
    requestedBy: thread.requestedBy,
    context: thread.context,
    pending: (calls) => meeting(() => thread.pending(calls)),
    shown: (call) => thread.shown(call),
    unreadable: (call, issues) => thread.unreadable(call, issues),
    unexecuted: () => meeting(() => thread.unexecuted()),
    restore: () => meeting(() => thread.restore()),
    recorded: (call) => meeting(() => thread.recorded(call)),
    decidedByPolicy: (call) => thread.decidedByPolicy(call),
    mustWait(call, options) {
      const waits = thread.mustWait(call, options);
      return typeof waits === "boolean" ? waits : meeting(() => waits);
    },
    questions: (calls) => meeting(() => thread.questions(calls)),
    suspend: (calls, continuation) => meeting(() => thread.suspend(calls, continuation)),
    save: (continuation) => meeting(() => thread.save(continuation)),
    review: (calls) => meeting(() => thread.review(calls)),
    preview: (call, options) => meeting(() => thread.preview(call, options)),
    execute: (call, effect, options) => meeting(() => thread.execute(call, effect, options)),
    ask: (call, options) => meeting(() => thread.ask(call, options)),
    release: (outcome) => meeting(() => thread.release(outcome)),
  };
}
