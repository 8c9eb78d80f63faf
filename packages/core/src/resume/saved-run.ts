import { requestIdOf } from "../canonical/digest.ts";
import type { ProposedCall } from "../contract/call.ts";
import { decodeContinuation, type Continuation } from "../suspend/continuation.ts";
import { internalsOf, type Gate } from "./gate.ts";

/**
 * What an adapter has saved of a thread last, for whoever shows it: a run may be under way meanwhile. Null: nothing.
 * @throws STATE_INCOMPATIBLE, STORE_UNAVAILABLE
 */
export async function savedRun(gate: Gate, threadId: string): Promise<Continuation | null> {
  const thread = await internalsOf(gate).kernel.ledger.thread(threadId);
  return thread ? decodeContinuation(thread.continuation, thread.framework) : null;
}

/** The id that the request for this call has, or would get: a user interface may be told it before anybody was asked. */
export function requestIdFor(gate: Gate, threadId: string, call: ProposedCall): string {
  return requestIdOf(internalsOf(gate).kernel.ledger.tenant, threadId, call);
}
