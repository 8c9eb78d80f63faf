import { dueSince, type DueItem, type DueKind, type DueOptions } from "@countersign/core/store";
import { requestsOfTurn, type Tenant } from "./tenant.ts";

/** What is due, the longest overdue first. Threads are leased and fenced; requests are only named. */
export function claimDue(tenant: Tenant, kind: DueKind, options: DueOptions, now: number): readonly DueItem[] {
  const { agents, limit } = options;
  const turn = (threadId: string, turnId: string) => requestsOfTurn(tenant, threadId, turnId);
  const candidates = kind === "thread" ? [...tenant.threads.values()] : [...tenant.requests.values()];
  return candidates
    .filter(({ agent }) => agents === undefined || agents.includes(agent))
    .map((record) => ({ id: record.id, since: dueSince(kind, record, turn) }))
    .filter(({ since }) => since <= now)
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, limit))
    .map(({ id }) => ({ id, fence: kind === "thread" ? lease(tenant, id, options, now) : 0 }));
}

/** Answers the new fence. */
function lease({ threads }: Tenant, id: string, { holder, leaseMs }: DueOptions, now: number): number {
  const thread = threads.get(id);
  if (!thread) return 0;
  const fence = thread.fence + 1;
  threads.set(id, { ...thread, fence, holder, leaseUntil: now + leaseMs, version: thread.version + 1 });
  return fence;
}
