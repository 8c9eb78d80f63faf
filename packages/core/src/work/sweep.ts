import { expireIfOverdue } from "../decide/deadline.ts";
import { giveDueNotices } from "../decide/notice.ts";
import { isCountersignError } from "../errors/error.ts";
import type { Kernel } from "../kernel.ts";
import { lapseIfOver } from "../resume/claim.ts";
import type { DueKind } from "../store/port.ts";
import type { RequestRecord, RequestState } from "../store/records.ts";
import type { WorkerEvent } from "./worker-event.ts";

/** Asked for at a time. */
const BATCH = 100;
/** Worked on at a time: a sweep shall not take the store away from those who resume. */
const AT_ONCE = 8;

export interface Sweep {
  readonly kernel: Kernel;
  readonly signal: AbortSignal | undefined;
  /** One that couldn't be dealt with. It keeps none of the others from it. */
  readonly onError: (error: unknown) => void;
  readonly onEvent: (event: WorkerEvent) => void;
}

type Kind = Exclude<DueKind, "thread">;

/**
 * Expires what is overdue, lapses the claims of processes that died, then reminds and escalates. Answers how many expired.
 * @throws STORE_UNAVAILABLE when there is no use in going on
 */
export async function sweep(work: Sweep): Promise<number> {
  const { kernel, onEvent } = work;
  const told = (type: Happening, is: RequestState, { id, state, threadId, agent, tool }: RequestRecord): void => {
    if (state === is) onEvent({ type, requestId: id, threadId, agent, tool });
  };
  const expired = await each(work, "expiry", async (id) => told("expired", "expired", await expireIfOverdue(kernel, id)));
  await each(work, "claim", async (id) => {
    const record = await lapseIfOver(kernel, id);
    told(record.idempotent ? "lapsed" : "unknown", record.idempotent ? "approved" : "unknown", record);
  });
  await each(work, "notice", async (id) => told("reminded", "pending", await giveDueNotices(kernel, id)));
  return expired;
}

type Happening = Extract<WorkerEvent, { requestId: string }>["type"];

/** Deals with all that is due of a kind. Answers with how many that went well. */
async function each({ kernel, signal, onError }: Sweep, kind: Kind, deal: (id: string) => Promise<unknown>): Promise<number> {
  const tried = new Set<string>();
  let done = 0;
  for (let stuck = 0; !signal?.aborted;) {
    const limit = BATCH + stuck;
    const due = await kernel.ledger.claimDue(kind, { holder: "", leaseMs: 0, limit });
    const fresh = due.filter(({ id }) => !tried.has(id));
    // What is still due after it was tried stands in front of what is behind it.
    stuck = due.length - fresh.length;
    for (let at = 0; at < fresh.length && !signal?.aborted; at += AT_ONCE) {
      const some = fresh.slice(at, at + AT_ONCE);
      for (const { id } of some) tried.add(id);
      for (const result of await Promise.allSettled(some.map(({ id }) => deal(id)))) {
        if (result.status === "fulfilled") done++;
        else if (isOutage(result.reason)) throw result.reason;
        else onError(result.reason);
      }
    }
    if (due.length < limit) break;
  }
  return done;
}

function isOutage(error: unknown): boolean {
  return isCountersignError(error, "STORE_UNAVAILABLE") && error.details.retryable;
}
