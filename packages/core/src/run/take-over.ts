import { SYSTEM } from "../contract/principal.ts";
import { messageOf } from "../errors/message-of.ts";
import { FREE } from "../hold/held-thread.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import { putThread } from "../ledger/transition.ts";
import type { ThreadRecord } from "../store/records.ts";
import { GIVEN_UP } from "../store/threads.ts";
import { adopt, type Acquired, type Found } from "./acquire.ts";
import { failed, isOfTheRun, tellGivenUp } from "./attempts.ts";
import { release } from "./release.ts";

/** A worker's claim of a due thread. */
export interface WorkersClaim {
  readonly fence: number;
  readonly token: string;
  /** When `claimDue` was called, Unix ms by this process's clock. */
  readonly since: number;
}

const DIED = "the process that ran it died, or stood still for longer than its lease";

/**
 * The thread, for whoever claimed it. Those who had it before and never let go are counted as failed attempts first: a run
 * that kills its process says nothing of it. Undefined: it was taken from us meanwhile, or these were attempts enough.
 */
export async function takeOver(kernel: Kernel, claimed: Found, claim: WorkersClaim): Promise<Acquired | undefined> {
  const acquired = adopt(kernel, claimed, claim);
  return acquired && diedBefore(claimed.thread, claim) > 0 ? countDeaths(kernel, claimed.thread.id, claim) : acquired;
}

/** What is under way in a claimed thread can't be read: its run has failed, as if it had met that. */
export async function failUnread(kernel: Kernel, id: string, claim: WorkersClaim, error: unknown): Promise<void> {
  const thread = await kernel.ledger.thread(id);
  const acquired = thread && adopt(kernel, { thread, unfinished: [] }, claim);
  if (!acquired) return;
  const ending = { type: "failed", error: messageOf(error), again: true, counts: isOfTheRun(error) } as const;
  await release(kernel, acquired.invocation, ending);
}

/** Each holder has raised the fence by one. Threads of earlier versions don't tell who let go. */
function diedBefore({ releasedFence }: ThreadRecord, { fence }: WorkersClaim): number {
  return releasedFence === undefined ? 0 : fence - 1 - releasedFence;
}

function countDeaths(kernel: Kernel, id: string, claim: WorkersClaim): Promise<Acquired | undefined> {
  const { ledger, timings } = kernel;
  return persist(async () => {
    const { thread, unfinished, now: at } = await ledger.read(id);
    if (!thread || !adopt(kernel, { thread, unfinished }, claim)) return null;
    const times = diedBefore(thread, claim);
    // Written already, and the answer was lost.
    if (times <= 0) return adopt(kernel, { thread, unfinished }, claim);
    const { notBefore, ...counted } = failed(timings, thread, { error: DIED, at, times });
    const isGivenUp = notBefore === GIVEN_UP;
    const next = isGivenUp
      ? { ...counted, ...FREE, notBefore, releasedFence: claim.fence }
      : { ...counted, releasedFence: claim.fence - 1 };
    const put = putThread(thread, next, { type: "lost", at, actor: SYSTEM });
    if (!(await ledger.commit(put)).ok) return undefined;
    if (!isGivenUp) return adopt(kernel, { thread: put.record, unfinished }, claim);
    tellGivenUp(kernel, put.record);
    return null;
  }).then((acquired) => acquired ?? undefined);
}
