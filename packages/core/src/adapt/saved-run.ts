import { requestIdOf } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { SavedRun } from "../contract/continuation.ts";
import type { Gate } from "../contract/gate.ts";
import type { JsonObject } from "../contract/json.ts";
import { internalsOf } from "../kernel.ts";
import { savedIn } from "../suspend/continuation.ts";

/**
 * What is on record of a thread's run, for whoever shows it: it may be under way meanwhile.
 * @throws STATE_INCOMPATIBLE, STORE_UNAVAILABLE
 */
export async function savedRun(gate: Gate, threadId: string): Promise<SavedRun> {
  return savedIn(await internalsOf(gate).kernel.ledger.thread(threadId));
}

/** The id that the request for this call has, or would get: a user interface may be told it before anybody was asked. */
export function requestIdFor(gate: Gate, threadId: string, call: ProposedCall): string {
  return requestIdOf(internalsOf(gate).kernel.ledger.tenant, threadId, call);
}

/**
 * The arguments as the model proposed them, nothing masked: to compare with, never to show. Undefined: no such request.
 * What runs comes from `thread.execute`.
 */
export async function proposedArgs(gate: Gate, id: string): Promise<JsonObject | undefined> {
  return (await internalsOf(gate).kernel.ledger.request(id))?.args;
}
