import { CountersignError } from "@countersign/core";
import type { ProposedCall } from "@countersign/core/adapter";
import type { Surroundings } from "../checkpoints/surroundings.ts";
import { isPause } from "../guard.ts";
import type { Run } from "../run.ts";

/** Remembers an error or a pause that has to leave the graph: something further out may swallow it. */
export function mustLeaveWith(error: unknown, { leaving }: Run, { graph }: Surroundings, call: ProposedCall): void {
  leaving.set(keyOf(call), { error, turnId: call.turnId, graph });
}

/** The call has come to an end. */
export function arrived({ leaving }: Run, call: ProposedCall): void {
  leaving.delete(keyOf(call));
}

/** @throws what has to leave because of this very call, if somebody has swallowed it */
export function refuseSwallowedOf({ leaving }: Run, call: ProposedCall): void {
  const swallowed = leaving.get(keyOf(call));
  if (swallowed) throw swallowed.error;
}

/**
 * Looks for what should have left the graph by now and didn't.
 * @param where graphs run side by side: only what has to leave this one; by default any
 * @param except the turn whose parallel calls are pausing right now
 * @throws the error, or SETUP for the pause, that somebody further out swallowed: the model must not plan on with it
 */
export function refuseSwallowed({ leaving }: Run, where?: Surroundings, except?: string): void {
  for (const { error, turnId, graph } of leaving.values()) {
    if (turnId === except || (where && graph !== where.graph)) continue;
    if (!isPause(error)) throw error;
    throw new CountersignError("SETUP", { hint: SWALLOWED }, { cause: error });
  }
}

const SWALLOWED =
  "Something around a gated tool swallowed its pause: a try/catch, or a retry or error middleware listed before approvalMiddleware. " +
  "Let a GraphInterrupt pass, and list approvalMiddleware first.";

function keyOf({ turnId, callId }: ProposedCall): string {
  return JSON.stringify([turnId, callId]);
}
