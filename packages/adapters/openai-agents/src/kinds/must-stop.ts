import type { ProposedCall } from "@countersign/core/adapter";
import { throwLeaving } from "../guard.ts";
import { keyOf, sawProposed, type Scope } from "../run.ts";

/**
 * Must the SDK stop before this call? Not if the policy alone decides it, in a run that this process saw from its beginning.
 * @param call undefined: its arguments can't be read
 * @param itself the tool's own predicate
 */
export async function mustStop(
  scope: Scope,
  callId: string,
  call: Pick<ProposedCall, "namespace" | "tool" | "args"> | undefined,
  itself: () => Promise<boolean>,
): Promise<boolean> {
  throwLeaving(scope);
  const { run, path } = scope;
  const place = keyOf(path, callId);
  if (await holds(itself)) run.askedByTool.add(place);
  const decided = call !== undefined && run.thread.decidedByPolicy({ callId, ...call });
  const isFree = decided && !run.stopped.has(place) && !run.askedByTool.has(place);
  if (isFree && (await sawProposed(run, callId))) return false;
  run.stopped.add(place);
  scope.pauses = true;
  return true;
}

/** A predicate that can't be evaluated asks; it ends neither the run nor its siblings. */
async function holds(predicate: () => Promise<boolean>): Promise<boolean> {
  try {
    return await predicate();
  } catch {
    return true;
  }
}
