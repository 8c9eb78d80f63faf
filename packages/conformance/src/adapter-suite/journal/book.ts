import type { AuditEvent, Batch, Change, Committed, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";

/** Everything of one tenant. Maps keep the order of insertion: that is the order in which requests were asked. */
export interface Book {
  readonly requests: Map<string, RequestRecord>;
  readonly threads: Map<string, ThreadRecord>;
  readonly grants: Map<string, GrantRecord>;
  /** In the order of their commits. */
  readonly events: AuditEvent[];
}

type Refusal = Extract<Committed, { ok: false }>;
type Put = Extract<Change, { op: "put" }>;

export function emptyBook(): Book {
  return { requests: new Map(), threads: new Map(), grants: new Map(), events: [] };
}

/** Why this batch can't be written; undefined: it can. */
export function refusalOf(book: Book, { changes, events, before }: Batch, now: number): Refusal | undefined {
  if (before !== undefined && now >= before) return { ok: false, reason: "TOO_LATE" };
  const fenced = changes.find((change) => change.op === "require" && book.threads.get(change.threadId)?.fence !== change.fence);
  if (fenced) return { ok: false, reason: "FENCED", change: fenced };
  const conflict = changes.find((change) => change.op === "put" && versionOf(book, change) !== change.expects);
  if (conflict) return { ok: false, reason: "CONFLICT", change: conflict };
  const known = new Set(book.events.map(placeOf));
  if (events.some((event) => known.has(placeOf(event)))) return { ok: false, reason: "CONFLICT" };
  const short = changes.find((change) => change.op === "add" && !covers(book, changes, change));
  return short && { ok: false, reason: "FLOOR", change: short };
}

/** Writes a batch that was judged before. */
export function write(book: Book, { changes, events }: Pick<Batch, "changes" | "events">): void {
  for (const change of changes) if (change.op === "put") put(book, change);
  for (const change of changes) if (change.op === "add") add(book, change);
  book.events.push(...events);
}

function placeOf({ subject, seq }: AuditEvent): string {
  return `${seq}/${subject}`;
}

function versionOf({ requests, threads, grants }: Book, { kind, record }: Put): number {
  return { request: requests, thread: threads, grant: grants }[kind].get(record.id)?.version ?? 0;
}

function covers(
  { threads, grants }: Book,
  changes: readonly Change[],
  { kind, id, by, floor = -Infinity }: Extract<Change, { op: "add" }>,
): boolean {
  const inserted = changes.some((change) => change.op === "put" && change.kind === kind && change.record.id === id) ? 0 : undefined;
  const count = (kind === "thread" ? threads.get(id)?.open : grants.get(id)?.uses) ?? inserted;
  return count !== undefined && count + by >= floor;
}

function put({ requests, threads, grants }: Book, change: Put): void {
  const version = change.expects + 1;
  const { id } = change.record;
  if (change.kind === "request") requests.set(id, { ...change.record, version });
  if (change.kind === "thread") threads.set(id, { ...change.record, version, open: threads.get(id)?.open ?? 0 });
  if (change.kind === "grant") grants.set(id, { ...change.record, version, uses: grants.get(id)?.uses ?? 0 });
}

function add({ threads, grants }: Book, { kind, id, by }: Extract<Change, { op: "add" }>): void {
  const thread = kind === "thread" && threads.get(id);
  if (thread) threads.set(id, { ...thread, open: thread.open + by });
  const grant = kind === "grant" && grants.get(id);
  if (grant) grants.set(id, { ...grant, uses: grant.uses + by });
}
