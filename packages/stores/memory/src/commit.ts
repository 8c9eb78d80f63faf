import { refusalOf, type AuditEvent, type Batch, type Change, type CommitRead, type Committed } from "@countersign/core/store";
import { copy } from "./copy.ts";
import { enlist, sort, type Tenant } from "./tenant.ts";

/** All or nothing: the whole batch is judged before anything is written. */
export function commit(tenant: Tenant, batch: Batch, now: number): Committed {
  const refused = refusalOf(reading(tenant, now), batch);
  if (refused) return refused;
  // Everything that can throw (a value that can't be cloned) does so before the first write.
  const written = copy({ changes: batch.changes, events: batch.events });
  for (const change of written.changes) put(tenant, change);
  for (const change of written.changes) add(tenant, change);
  for (const event of written.events) append(tenant, event);
  for (const change of written.changes) drop(tenant, change);
  return { ok: true };
}

function reading({ requests, threads, grants, chains }: Tenant, now: number): CommitRead {
  return {
    now,
    request: (id) => requests.get(id),
    thread: (id) => threads.get(id),
    grant: (id) => grants.get(id),
    hasEvent: (subject, seq) => chains.get(subject)?.has(seq) ?? false,
  };
}

function put(tenant: Tenant, change: Change): void {
  if (change.op !== "put") return;
  const { kind, record, expects } = change;
  const version = expects + 1;
  if (kind === "request") {
    if (expects === 0) enlist(tenant, record);
    sort(tenant, record);
    tenant.requests.set(record.id, { ...record, version });
  }
  if (kind === "thread") tenant.threads.set(record.id, { ...record, version, open: tenant.threads.get(record.id)?.open ?? 0 });
  if (kind === "grant") tenant.grants.set(record.id, { ...record, version, uses: tenant.grants.get(record.id)?.uses ?? 0 });
}

function add(tenant: Tenant, change: Change): void {
  if (change.op !== "add") return;
  const { kind, id, by } = change;
  const thread = kind === "thread" && tenant.threads.get(id);
  if (thread) tenant.threads.set(id, { ...thread, open: thread.open + by });
  const grant = kind === "grant" && tenant.grants.get(id);
  if (grant) tenant.grants.set(id, { ...grant, uses: grant.uses + by });
}

/** An event whose place is free. */
export function append(tenant: Tenant, event: AuditEvent): void {
  const { subject, seq } = event;
  tenant.events.set(++tenant.position, event);
  tenant.chains.set(subject, (tenant.chains.get(subject) ?? new Map<number, number>()).set(seq, tenant.position));
}

function drop({ events, chains }: Tenant, change: Change): void {
  const chain = change.op === "drop" && chains.get(change.subject);
  if (!chain) return;
  for (const [seq, position] of chain) {
    if (seq > change.through) continue;
    events.delete(position);
    chain.delete(seq);
  }
  if (chain.size === 0) chains.delete(change.subject);
}
