import type { GateIn, ThreadRef } from "../contract/gate.ts";
import type { Thread } from "../contract/thread.ts";
import { OpenHold } from "../hold/hold.ts";
import { gatingInternalsOf } from "../kernel.ts";
import { GatedThread } from "./gated-thread.ts";
import { contextOf, principalOf, refuseUnusableId } from "./input.ts";
import { metThread } from "./met.ts";

/**
 * A conversation under the gate, outside a runner. Synchronous, reads nothing. Its suspension is held for a short while;
 * executions are guarded by their claims alone.
 * @throws SETUP for a gate without a policy, INVALID_ARGS and NOT_JSON for a bad thread id, requester or context
 */
export function openThread<C>(gate: GateIn<C>, ref: ThreadRef<C> & { readonly agent: string; readonly framework: string }): Thread {
  const internals = gatingInternalsOf(gate);
  refuseUnusableId(ref.threadId);
  const thread = new GatedThread(internals, {
    threadId: ref.threadId,
    agent: ref.agent,
    framework: ref.framework,
    requestedBy: principalOf(ref.requestedBy),
    context: ref.context === undefined ? undefined : contextOf(internals.kernel.policy.compiled.context, ref.context),
    hold: new OpenHold(true),
    declared: new Set(),
  });
  return metThread(thread);
}
