import type { AuditEvent, Batch, Change, CommitRead, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";

/** Everything of one tenant. Maps keep the order of insertion: that is the order in which requests were asked. */
export interface Book {
  readonly requests: Map<string, RequestRecord>;
  readonly threads: Map<string, ThreadRecord>;
  readonly grants: Map<string, GrantRecord>;
  /** In the order of their commits. */
  readonly events: AuditEvent[];
}

type Put = Extract<Change, { op: "put" }>;

export function emptyBook(): Book {
  return { requests: new Map(), threads: new Map(), grants: new Map(), events: [] };
}

/** What a batch is judged on; `now` is Unix ms. */
export function reading({ requests, threads, grants, events }: Book, now: number): CommitRead {
  return {
    now,
    request: (id) => requests.get(id),
    thread: (id) => threads.get(id),
    grant: (id) => grants.get(id),
    hasEvent: (subject, seq) => events.some((event) => event.subject === subject && event.seq === seq),
  };
}

export function ofThread({ requests }: Book, threadId: string, after?: string): readonly RequestRecord[] {
  const all = [...requests.values()].filter((record) => record.threadId === threadId);
  return all.slice(all.findIndex(({ id }) => id === after) + 1);
}

export function ofTurn({ requests }: Book, threadId: string, turnId: string): readonly RequestRecord[] {
  return [...requests.values()].filter((record) => record.threadId === threadId && record.turnId === turnId);
}

/** Writes a batch that was judged before. */
export function write(book: Book, { changes, events }: Pick<Batch, "changes" | "events">): void {
  for (const change of changes) if (change.op === "put") put(book, change);
  for (const change of changes) if (change.op === "add") add(book, change);
  book.events.push(...events);
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
