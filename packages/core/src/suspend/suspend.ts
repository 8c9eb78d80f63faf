import { SYSTEM } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../gate/kernel.ts";
import { persist, type Writes } from "../ledger/ledger.ts";
import { insertRequest, moveRequest, together } from "../ledger/move.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { asked, newRequest, type Ask } from "./ask.ts";
import { encodeContinuation, type Continuation } from "./continuation.ts";
import { holdThread, newThread } from "./hold.ts";
import { isFramework, type Invocation } from "./invocation.ts";

/**
 * One atomic write: the requests that aren't recorded yet, the continuation, the events, the hold. Answers the records
 * of all asks, also of those that were there before.
 * @throws DUPLICATE_CALL, THREAD_BUSY, THREAD_CLOSED, LEASE_LOST, STATE_NOT_SERIALIZABLE, SETUP
 */
export async function suspend(
  kernel: Kernel,
  invocation: Invocation,
  asks: readonly Ask[],
  continuation: Continuation | null,
): Promise<readonly RequestRecord[]> {
  refuseDuplicates(asks);
  const { ledger, timings } = kernel;
  const frozen = continuation ? await encodeContinuation(continuation) : undefined;
  let written = invocation.written;
  return persist(async () => {
    const since = kernel.clock();
    const [now, existing, thread] = await Promise.all([
      ledger.now(),
      written && isUntouched(invocation) ? [] : recordsOfTurns(kernel, invocation, asks),
      written ?? ledger.thread(invocation.threadId),
    ]);
    written = undefined;
    const known = new Map(existing.map((record) => [record.id, record]));
    // Written by a try of this same call that was never answered.
    if (thread?.holder === invocation.token) invocation.held = thread.fence;
    const fresh = asks.filter(({ id }) => !known.has(id));
    if (fresh.length === 0 && !frozen) return asks.flatMap(({ id }) => known.get(id) ?? []);

    const inserts = await Promise.all(
      fresh.map(async (ask) => {
        refuseUnknowableRequester(ask, invocation);
        const replaced = existing.filter(({ callId, turnId }) => callId === ask.call.callId && turnId === ask.call.turnId);
        const revises = thread && !ask.allowed ? await rejectedForRevision(kernel, invocation, ask) : undefined;
        const record = newRequest(ledger.tenant, invocation, ask, { supersedes: replaced.at(-1), revises }, now);
        return together(insertRequest(record, asked(record)), ...replaced.map((old) => supersede(old, ask.id, now)));
      }),
    );
    const hold =
      isFramework(invocation) || !thread
        ? holdThread(thread ?? newThread(ledger.tenant, invocation), invocation, frozen, asks.map(({ id }) => id), { now, timings }) // prettier-ignore
        : together();
    const batch = together(hold, ...inserts);
    const committed = await ledger.commit(batch);
    if (committed.ok) {
      invocation.written = writtenBy(hold) ?? invocation.written;
      if (invocation.fence === undefined) invocation.held = writtenBy(hold)?.fence;
      else invocation.until = Math.max(invocation.until, since + timings.threadLease);
      const inserted = new Map(
        batch.changes.flatMap((change) => (change.op === "put" && change.kind === "request" ? [[change.record.id, change.record]] : [])),
      );
      return asks.flatMap(({ id }) => inserted.get(id) ?? known.get(id) ?? []);
    }
    if (committed.reason === "FENCED") throw new CountersignError("LEASE_LOST", { threadId: invocation.threadId });
    return undefined;
  });
}

function writtenBy({ changes }: Writes): ThreadRecord | undefined {
  return changes.flatMap((change) => (change.op === "put" && change.kind === "thread" ? [change.record] : [])).at(-1);
}

/** Nothing can be recorded of a thread that this very invocation began, until it asks for the first time. */
function isUntouched({ first, declared }: Invocation): boolean {
  return first === true && declared.size === 0;
}

function refuseDuplicates(asks: readonly Ask[]): void {
  const seen = new Set<string>();
  for (const { call } of asks) {
    const key = JSON.stringify([call.turnId, call.callId]);
    if (seen.has(key)) throw new CountersignError("DUPLICATE_CALL", { turnId: call.turnId, callId: call.callId });
    seen.add(key);
  }
}

/** Four eyes without a known requester would let whoever asked sign. */
function refuseUnknowableRequester(ask: Ask, { requestedBy, threadId }: Invocation): void {
  if (ask.allowed || !ask.terms.fourEyes || (ask.requestedBy ?? requestedBy)) return;
  const hint = `The terms of ${ask.call.tool} demand four eyes, but thread ${threadId} doesn't say who asks: pass requestedBy.`;
  throw new CountersignError("SETUP", { hint });
}

async function recordsOfTurns({ ledger }: Kernel, { threadId }: Invocation, asks: readonly Ask[]): Promise<readonly RequestRecord[]> {
  const turns = [...new Set(asks.map(({ call }) => call.turnId))];
  return (await Promise.all(turns.map((turnId) => ledger.ofTurn(threadId, turnId)))).flat();
}

/** The same call with other arguments: nobody shall sign a call that can't run any more. */
function supersede(old: RequestRecord, by: string, at: number): Writes {
  if (old.state !== "pending" && !(old.state === "approved" && old.attempt === 0)) return together();
  return moveRequest(old, { state: "cancelled", error: "superseded" }, { type: "superseded", at, actor: SYSTEM, data: { by } });
}

/** The last rejected call of this tool in the thread, if its reviewer invited a revision. */
async function rejectedForRevision({ ledger }: Kernel, invocation: Invocation, { call }: Ask): Promise<string | undefined> {
  if (isUntouched(invocation)) return undefined;
  const { items } = await ledger.list({ threadId: invocation.threadId, tool: call.tool, status: "rejected", order: "newest", limit: 1 });
  const last = items[0];
  const decision = last?.decisions.at(-1)?.decision;
  const invited = decision?.type === "reject" && decision.then === "revise";
  return last && invited && last.turnId !== call.turnId && last.namespace === call.namespace ? last.id : undefined;
}
