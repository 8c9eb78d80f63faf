import type { GateIn, ThreadRef } from "../contract/gate.ts";
import type { Thread } from "../contract/thread.ts";
import { demandOptions } from "../errors/demand.ts";
import { OpenHold } from "../hold/hold.ts";
import { gatingInternalsOf } from "../kernel.ts";
import { GatedThread } from "./gated-thread.ts";
import { contextOf, principalOf, refuseUnusableId } from "./input.ts";
import { metThread } from "./met.ts";

interface NativeRef {
  /** What the framework calls its agent. The gate's own `agent` counts more. Default: the framework's name. */
  readonly agent?: string | undefined;
  readonly framework: string;
}

/**
 * A conversation under the gate, outside a runner. Synchronous, reads nothing. Its suspension is held for a short while;
 * executions are guarded by their claims alone.
 * @throws SETUP for a gate without a policy and for an option that there isn't, INVALID_ARGS and NOT_JSON for a bad thread id, requester or context
 */
export function openThread<C>(gate: GateIn<C>, ref: ThreadRef<C> & NativeRef): Thread {
  const internals = gatingInternalsOf(gate);
  // A misspelt requester would be nobody, and could sign.
  demandOptions(
    ref,
    ["threadId", "requestedBy", "context", "agent", "framework"],
    "openThread(gate, { threadId, requestedBy, framework })",
  );
  refuseUnusableId(ref.threadId);
  const wokenAs = ref.agent ?? ref.framework;
  const thread = new GatedThread(internals, {
    threadId: ref.threadId,
    agent: internals.kernel.agent ?? wokenAs,
    wokenAs,
    framework: ref.framework,
    requestedBy: principalOf(ref.requestedBy),
    context: ref.context === undefined ? undefined : contextOf(internals.kernel.policy.compiled.context, ref.context),
    hold: new OpenHold(true),
    declared: new Set(),
  });
  return metThread(thread);
}
