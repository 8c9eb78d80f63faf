import { requestIdOf } from "../canonical/digest.ts";
import type { ProposedCall } from "../contract/call.ts";
import { decodeContinuation, type Continuation } from "../suspend/continuation.ts";
import { internalsOf, type Gate } from "./gate.ts";

/** A thread's run as it is on record. */
export interface SavedRun {
  /** What the adapter has saved last. Null: nothing. */
  readonly continuation: Continuation | null;
  /** What a start began with that has saved nothing yet, if it was JSON. */
  readonly input: unknown;
}

/**
 * What is on record of a thread's run, for whoever shows it: it may be under way meanwhile.
 * @throws STATE_INCOMPATIBLE, STORE_UNAVAILABLE
 */
export async function savedRun(gate: Gate, threadId: string): Promise<SavedRun> {
  const thread = await internalsOf(gate).kernel.ledger.thread(threadId);
  return { continuation: thread ? await decodeContinuation(thread.continuation, thread.framework) : null, input: thread?.input };
}

/** The id that the request for this call has, or would get: a user interface may be told it before anybody was asked. */
export function requestIdFor(gate: Gate, threadId: string, call: ProposedCall): string {
  return requestIdOf(internalsOf(gate).kernel.ledger.tenant, threadId, call);
}
