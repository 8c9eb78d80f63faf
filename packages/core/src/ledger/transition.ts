import { nextEvent, type Chained, type NewEvent } from "../audit/chain.ts";
import { threadSubject } from "../audit/subject.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { RequestRecord, RequestState, ThreadRecord } from "../store/records.ts";
import { patchOf } from "./proof.ts";
import type { Changed, Writes } from "./writes.ts";

const LEGAL: { readonly [S in RequestState]: readonly RequestState[] } = {
  pending: ["pending", "approved", "rejected", "expired", "cancelled"],
  approved: ["executing", "expired", "cancelled", "done", "failed"],
  executing: ["done", "failed", "unknown", "approved"],
  unknown: ["done", "failed", "approved"],
  done: ["done", "purged"],
  failed: ["failed", "purged"],
  rejected: ["purged"],
  expired: ["purged"],
  cancelled: ["purged"],
  purged: [],
};

/** Does a request in this state keep its thread from going on? */
export const keepsWaiting = (state: RequestState): boolean => state === "pending" || state === "unknown";

/** One request moves: compare-and-set on it, its events, and the thread's counter in the same commit. */
export function transition(
  old: RequestRecord,
  patch: Partial<RequestRecord> & { readonly state: RequestState },
  ...happenings: readonly NewEvent[]
): Changed {
  const legal =
    LEGAL[old.state].includes(patch.state) && (old.state !== "approved" || patch.state === "executing" || late(old, patch.state));
  if (!legal) throw new Error(`illegal transition of ${old.id}: ${old.state} -> ${patch.state}`);
  const moved = unreminded({ ...old, ...patch, version: old.version + 1 });
  const changed = patchOf(patch.state === "purged" ? undefined : old, moved);
  const events: AuditEvent[] = [];
  let chain: Chained = old;
  for (const happening of happenings) {
    const event = nextEvent(old.id, chain, happening, events.length === 0 ? changed : { state: patch.state });
    events.push(event);
    chain = { seq: event.seq, head: event.hash };
  }
  const record = { ...moved, seq: chain.seq, head: chain.head };
  const by = Number(keepsWaiting(record.state)) - Number(keepsWaiting(old.state));
  return {
    record,
    changes: [
      { op: "put", kind: "request", record, expects: old.version },
      ...(by === 0 ? [] : [{ op: "add", kind: "thread", id: old.threadId, field: "open", by } as const]),
    ],
    events,
  };
}

/** Once an execution was begun, an approval can only end with its receipt; before, only without one. */
function late(old: RequestRecord, to: RequestState): boolean {
  return (to === "done" || to === "failed") === old.begun;
}

/** A request is asked. */
export function insertRequest(record: RequestRecord, happening: NewEvent): Changed {
  const asked = unreminded({ ...record, version: 1 });
  const event = nextEvent(record.id, record, happening, patchOf(undefined, asked));
  const inserted = { ...asked, seq: event.seq, head: event.hash };
  const open = keepsWaiting(inserted.state) ? [{ op: "add", kind: "thread", id: record.threadId, field: "open", by: 1 } as const] : [];
  return { record: inserted, changes: [{ op: "put", kind: "request", record: inserted, expects: 0 }, ...open], events: [event] };
}

/** An entry in a request's chain that changes nothing else. */
export function noteOnRequest(old: RequestRecord, happening: NewEvent): Writes {
  const event = nextEvent(old.id, old, happening, { state: old.state });
  const record = { ...old, version: old.version + 1, seq: event.seq, head: event.hash };
  return { changes: [{ op: "put", kind: "request", record, expects: old.version }], events: [event] };
}

/** A thread changes; without a happening (a heartbeat) its chain stays as it is. */
export function putThread(
  old: ThreadRecord,
  patch: Partial<ThreadRecord>,
  happening?: NewEvent,
): Writes & { readonly record: ThreadRecord } {
  const next = { ...old, ...patch, version: old.version + 1 };
  const before = old.version === 0 || happening?.type === "purged" ? undefined : old;
  const event = happening && nextEvent(threadSubject(old.id), old, happening, patchOf(before, next));
  const record: ThreadRecord = event ? { ...next, seq: event.seq, head: event.hash } : next;
  return { record, changes: [{ op: "put", kind: "thread", record, expects: old.version }], events: event ? [event] : [] };
}

export function together(...writes: readonly Writes[]): Writes {
  return { changes: writes.flatMap(({ changes }) => changes), events: writes.flatMap(({ events }) => events) };
}

/** Nobody is reminded of what is decided. */
function unreminded(record: RequestRecord): RequestRecord {
  return record.state === "pending" ? record : { ...record, noticeAt: undefined };
}
