import { dueSince, type DueItem, type DueKind, type DueOptions } from "@countersign/core/store";
import { readThread, requestsOfTurn, type Tenant } from "./tenant.ts";

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
    .map(({ id }) => (kind === "thread" ? lease(tenant, id, options, now) : { id, fence: 0 }));
}

function lease(tenant: Tenant, id: string, { holder, leaseMs }: DueOptions, now: number): DueItem {
  const thread = tenant.threads.get(id);
  if (!thread) return { id, fence: 0 };
  const fence = thread.fence + 1;
  tenant.threads.set(id, { ...thread, fence, holder, leaseUntil: now + leaseMs, version: thread.version + 1 });
  return { id, fence, read: readThread(tenant, id, now) };
}
