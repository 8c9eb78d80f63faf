import { refusalOf, type AuditEvent, type Batch, type Change, type CommitRead, type Committed } from "@countersign/core/store";
import { copy } from "./copy.ts";
import type { Tenant } from "./tenant.ts";

/** All or nothing: the whole batch is judged before anything is written. */
export function commit(tenant: Tenant, batch: Batch, now: number): Committed {
  const refused = refusalOf(reading(tenant, now), batch);
  if (refused) return refused;
  // Everything that can throw (a value that can't be cloned) does so before the first write.
  const written = copy({ changes: batch.changes, events: batch.events });
  for (const change of written.changes) put(tenant, change);
  for (const change of written.changes) add(tenant, change);
  for (const event of written.events) append(tenant, event);
  drop(tenant, written.changes);
  return { ok: true };
}

function reading({ requests, threads, grants, places }: Tenant, now: number): CommitRead {
  return {
    now,
    request: (id) => requests.get(id),
    thread: (id) => threads.get(id),
    grant: (id) => grants.get(id),
    hasEvent: (subject, seq) => places.has(placeOf({ subject, seq })),
  };
}

function placeOf({ subject, seq }: Pick<AuditEvent, "subject" | "seq">): string {
  return `${seq}/${subject}`;
}

function put(tenant: Tenant, change: Change): void {
  if (change.op !== "put") return;
  const { kind, record, expects } = change;
  const version = expects + 1;
  if (kind === "request") {
    if (expects === 0) tenant.asked.set(record.threadId, [...(tenant.asked.get(record.threadId) ?? []), record.id]);
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

function append(tenant: Tenant, event: AuditEvent): void {
  tenant.places.add(placeOf(event));
  tenant.events.set(++tenant.position, event);
}

/** One walk for all drops of the batch. */
function drop({ events, places }: Tenant, changes: readonly Change[]): void {
  const drops = changes.filter((change) => change.op === "drop");
  if (drops.length === 0) return;
  const throughs = new Map<string, number>();
  for (const { subject, through } of drops) throughs.set(subject, Math.max(through, throughs.get(subject) ?? 0));
  for (const [position, event] of events) {
    if (event.seq > (throughs.get(event.subject) ?? 0)) continue;
    events.delete(position);
    places.delete(placeOf(event));
  }
}
