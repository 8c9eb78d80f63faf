import type { Continuation } from "../contract/continuation.ts";
import type { Gate } from "../contract/gate.ts";
import { isSamePerson } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import { isHeld, runnerToken } from "../hold/hold.ts";
import { internalsOf } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import { putThread } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import { awaitedIn } from "../run/acquire.ts";
import { decodeContinuation, encodeContinuation } from "../suspend/continuation.ts";

/**
 * Changes what is saved of a run while calls of it wait: whoever goes on with the run finds the change. What waits stays as
 * it is. In the name of `by`, who has to be whoever the run is for: what comes of the change will be asked in that name.
 * @param change may be called again when somebody else was faster, or an answer of the store was lost: undefined for what is
 * there already
 * @returns false if no call waits: then nothing stands in the way of a start
 * @throws THREAD_BUSY while an invocation holds the thread, THREAD_SUSPENDED if somebody else asked or nothing is saved,
 * STATE_NOT_SERIALIZABLE, STATE_INCOMPATIBLE, STORE_UNAVAILABLE
 */
export function amendRun(
  gate: Gate,
  threadId: string,
  by: Principal,
  change: (saved: Continuation) => Continuation | undefined,
): Promise<boolean> {
  const { ledger } = internalsOf(gate).kernel;
  const token = runnerToken();
  return persist(async () => {
    const { thread, unfinished, now } = await ledger.read(threadId);
    const waiting = thread ? awaitedIn(thread, unfinished) : [];
    if (!thread || waiting.length === 0) return false;
    // It has what is saved in memory, and would write over the change.
    if (isHeld(thread, token, now)) throw new CountersignError("THREAD_BUSY", { threadId });
    const saved = await decodeContinuation(thread.continuation, thread.framework);
    if (!saved || (thread.requestedBy && !isSamePerson(thread.requestedBy, by))) {
      const pending = waiting.filter(({ state }) => state === "pending").map(toRequest);
      throw new CountersignError("THREAD_SUSPENDED", { threadId, pending });
    }
    const changed = change(saved);
    if (!changed) return true;
    // So would an invocation that has lost its lease and doesn't know it: the new fence and holder refuse it. The lease
    // stays lapsed, so that a worker looks after what that invocation left.
    const holder = thread.holder === undefined ? undefined : token;
    const releasedFence = thread.releasedFence === undefined ? undefined : thread.releasedFence + 1;
    const next = { continuation: await encodeContinuation(changed), fence: thread.fence + 1, releasedFence, holder };
    return (await ledger.commit(putThread(thread, next, { type: "amended", at: now, actor: by }))).ok || undefined;
  });
}
