import type { AuditEvent, Batch, Change, Committed } from "@countersign/core/store";
import type { TenantState } from "./state.ts";

export type Reason = Extract<Committed, { ok: false }>["reason"];
type Put = Extract<Change, { op: "put" }>;
type Add = Extract<Change, { op: "add" }>;

/** Every reason to refuse this batch. None: it must be accepted. */
export function reasonsAgainst(state: TenantState, { changes, events, before }: Batch, now: number): ReadonlySet<Reason> {
  const puts = changes.filter((change) => change.op === "put");
  const adds = changes.filter((change) => change.op === "add");
  const reasons = new Set<Reason>();
  if (before !== undefined && now >= before) reasons.add("TOO_LATE");
  for (const change of changes) {
    if (change.op === "require" && state.threads.get(change.threadId)?.fence !== change.fence) reasons.add("FENCED");
  }
  if (puts.some((put) => versionOf(state, put) !== put.expects)) reasons.add("CONFLICT");
  if (isTaken(state, events)) reasons.add("CONFLICT");
  if (overdraws(state, puts, adds)) reasons.add("FLOOR");
  return reasons;
}

/** Writes a batch that nothing speaks against: the puts, then the additions, then the events; then it drops. */
export function write(state: TenantState, { changes, events }: Batch): void {
  for (const change of changes) if (change.op === "put") writePut(state, change);
  for (const change of changes) if (change.op === "add") writeAdd(state, change);
  for (const event of events) state.events.set(++state.position, event);
  for (const change of changes) if (change.op === "drop") drop(state, change);
}

function versionOf({ requests, threads, grants }: TenantState, { kind, record }: Put): number {
  return { request: requests, thread: threads, grant: grants }[kind].get(record.id)?.version ?? 0;
}

/** One event for each place in a chain. */
function isTaken(state: TenantState, events: readonly AuditEvent[]): boolean {
  return events.some(
    ({ subject, seq }, index) =>
      [...state.events.values()].some((other) => other.subject === subject && other.seq === seq) ||
      events.slice(0, index).some((other) => other.subject === subject && other.seq === seq),
  );
}

/** Additions to one counter count together, in order; a record of this same batch counts from 0. */
function overdraws({ threads, grants }: TenantState, puts: readonly Put[], adds: readonly Add[]): boolean {
  const counts = new Map<string, number>();
  return adds.some(({ kind, id, by, floor = -Infinity }) => {
    const key = JSON.stringify([kind, id]);
    const inserted = puts.some((put) => put.kind === kind && put.record.id === id) ? 0 : undefined;
    const count = counts.get(key) ?? (kind === "thread" ? threads.get(id)?.open : grants.get(id)?.uses) ?? inserted;
    counts.set(key, (count ?? 0) + by);
    return count === undefined || count + by < floor;
  });
}

function drop({ events, dropped }: TenantState, { subject, through }: Extract<Change, { op: "drop" }>): void {
  dropped.set(subject, Math.max(through, dropped.get(subject) ?? 0));
  for (const [position, event] of events) if (event.subject === subject && event.seq <= through) events.delete(position);
}

function writePut({ requests, threads, grants }: TenantState, { kind, record, expects }: Put): void {
  const version = expects + 1;
  if (kind === "request") requests.set(record.id, { ...record, version });
  if (kind === "thread") threads.set(record.id, { ...record, version, open: threads.get(record.id)?.open ?? 0 });
  if (kind === "grant") grants.set(record.id, { ...record, version, uses: grants.get(record.id)?.uses ?? 0 });
}

function writeAdd({ threads, grants }: TenantState, { kind, id, by }: Add): void {
  const thread = kind === "thread" && threads.get(id);
  if (thread) threads.set(id, { ...thread, open: thread.open + by });
  const grant = kind === "grant" && grants.get(id);
  if (grant) grants.set(id, { ...grant, uses: grant.uses + by });
}
