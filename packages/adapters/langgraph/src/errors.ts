import { CountersignError, isCountersignError } from "@countersign/core";
import { isPassing } from "@countersign/core/adapter";

/**
 * LangChain wraps what a middleware throws, LangGraph bundles what parallel tasks throw. A runner's caller gets
 * Countersign's own error, if there is one among them.
 */
export function typedError(error: unknown): unknown {
  const found = ownErrors(error, new Set());
  return found.find(mustLeave) ?? found[0] ?? error;
}

/**
 * SETUP instead of LangGraph's remark about empty input, which is what a missing checkpoint looks like.
 * @param forgets the checkpointer keeps everything in memory
 */
export function explainResume(error: unknown, threadId: string, forgets: boolean): unknown {
  if (!(error instanceof Error) || error.name !== "EmptyInputError") return error;
  const why = forgets
    ? "A MemorySaver loses everything when its process ends. Use a checkpointer that writes to a file or a database."
    : "Check that the checkpointer has the same file or database as before. If it has, the thread's start died before LangGraph wrote anything: start the thread again.";
  return new CountersignError("SETUP", { hint: `The checkpointer has no checkpoint of thread ${threadId}. ${why}` }, { cause: error });
}

/** As tool text these would tell the model that something failed which may well have happened, or still will. */
function mustLeave(error: unknown): boolean {
  return isPassing(error) || isCountersignError(error, "PURGED");
}

function ownErrors(error: unknown, seen: Set<unknown>): readonly unknown[] {
  if (typeof error !== "object" || error === null || seen.has(error)) return [];
  seen.add(error);
  if (isCountersignError(error)) return [error];
  const inner = error instanceof AggregateError ? error.errors : "cause" in error ? [error.cause] : [];
  return inner.flatMap((each) => ownErrors(each, seen));
}
