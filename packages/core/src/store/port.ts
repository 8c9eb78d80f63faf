import type { AuditEvent } from "../contract/event.ts";
import type { Page, RequestQuery } from "../contract/request.ts";
import type { Store } from "../contract/store.ts";
import type { ThreadQuery } from "../contract/threads.ts";
import type { DocumentPort } from "./documents.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "./records.ts";
import type { ThreadHead } from "./threads.ts";

/**
 * One part of a commit. A batch is judged as a whole before anything is written: `before` first, then requires, then
 * expectations, then floors, then the places of its events. Then come the puts, then the adds; an add may count on a record
 * that the same batch inserts. The drops come last. A put stores `version = expects + 1`. It never changes `open` or `uses`
 * of a record that exists; an insert starts them at 0. What has finished (see `isUnfinished`) is never under way again.
 */
export type Change =
  /** `expects`: the version that must be there now; 0: insert. */
  | { readonly op: "put"; readonly kind: "request"; readonly record: RequestRecord; readonly expects: number }
  | { readonly op: "put"; readonly kind: "thread"; readonly record: ThreadRecord; readonly expects: number }
  | { readonly op: "put"; readonly kind: "grant"; readonly record: GrantRecord; readonly expects: number }
  /** A conditional addition without a version, so that 50 reviewers of 50 sibling requests don't collide. FLOOR below `floor` or without a record. */
  | {
      readonly op: "add";
      readonly kind: "thread" | "grant";
      readonly id: string;
      readonly field: "open" | "uses";
      readonly by: number;
      readonly floor?: number | undefined;
    }
  /** The whole commit fails with FENCED unless there is this thread and its fence is still this one. */
  | { readonly op: "require"; readonly threadId: string; readonly fence: number }
  /**
   * Removes the events of one chain up to and including number `through`. Refuses nothing, and never names an event of the
   * same batch. Positions stay where they are, and none is given out again. Only for stores that have `closedThreads`.
   */
  | { readonly op: "drop"; readonly subject: string; readonly through: number };

export type Committed =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "CONFLICT" | "FLOOR" | "FENCED" | "TOO_LATE"; readonly change?: Change | undefined };

export interface Batch {
  readonly tenant: string;
  readonly changes: readonly Change[];
  readonly events: readonly AuditEvent[];
  /**
   * Unix ms: refused with TOO_LATE when the store's own clock has reached it. The store looks at its clock when nobody can
   * come in between any more, and not before it waits for a lock or in a queue.
   */
  readonly before?: number | undefined;
}

export type DueKind = "thread" | "expiry" | "claim" | "notice";

export interface DueOptions {
  readonly tenant: string;
  /** Records of these agents only: a worker asks for threads that it has runners for. Absent: of all. */
  readonly agents?: readonly string[] | undefined;
  readonly holder: string;
  readonly leaseMs: number;
  readonly limit: number;
}

/** A thread with what is under way in it, at one moment. */
export interface ThreadRead {
  readonly thread: ThreadRecord | undefined;
  /** Its requests that are pending, approved, executing or unknown, in the order they were asked: see `isUnfinished`. */
  readonly unfinished: readonly RequestRecord[];
  /** The store's clock, Unix ms. */
  readonly now: number;
}

/** Something to be done. For threads, `fence` is the new one of whoever claimed it; for requests 0. */
export interface DueItem {
  readonly id: string;
  readonly fence: number;
  /** Of a thread: what `readThread` answers once it is claimed. Absent where that can't be read, or takes another round trip. */
  readonly read?: ThreadRead | undefined;
}

/**
 * What a store must do. It keeps records and knows nothing of the rules: those are core's. A store that can't answer
 * throws STORE_UNAVAILABLE; a commit that threw may or may not have happened, and core copes with both.
 *
 * Names are at most 512 bytes of UTF-8: ids of threads, turns, calls and people, tools, namespaces, agents, tenants. So an index
 * may be built on them. They may hold any character.
 *
 * A record may be one that this version of core can't read: the store gives it out as it was given, and core says so. Only
 * bytes that can't be decoded are the store's to report: a read that needs them throws `unreadableRecord(id, reason)`, and
 * no other read fails because of them.
 */
export interface StorePort extends Store {
  /** All or nothing. */
  commit(batch: Batch): Promise<Committed>;
  /**
   * The store's clock, Unix ms. Deadlines are judged by it. Asked before most commits: a store that is far away answers it
   * from what it was told last. Never ahead of the clock that commits are judged by, and at most `CLOCK_LAG` behind it.
   */
  now(): Promise<number>;
  getRequest(tenant: string, id: string): Promise<RequestRecord | undefined>;
  getThread(tenant: string, id: string): Promise<ThreadRecord | undefined>;
  /**
   * A thread and what is under way in it, in one answer: no commit stands between the two. However many requests of the
   * thread have finished, it takes no longer.
   */
  readThread(tenant: string, id: string): Promise<ThreadRead>;
  /**
   * In the order they were recorded, which is that of the commits: whoever goes on from the last one misses nothing. `after`:
   * only those behind the request of this id; if the thread has none such, all.
   */
  requestsOfThread(tenant: string, threadId: string, after?: string): Promise<readonly RequestRecord[]>;
  requestsOfTurn(tenant: string, threadId: string, turnId: string): Promise<readonly RequestRecord[]>;
  /**
   * Keyset paging: a page stays right under writes. Purged requests are not listed. A record whose bytes can't be read is
   * named in `unreadable` of the page that it may belong to, and the others are given. @throws INVALID_ARGS for a cursor
   * that isn't one
   */
  listRequests(tenant: string, query: RequestQuery): Promise<Page<RequestRecord>>;
  /** Counts up to `cap`, and purged requests not at all. What can't be read may be left out. */
  countRequests(tenant: string, query: RequestQuery, cap: number): Promise<number>;
  /**
   * The threads that `threadMatches`, in an order of ids that stays the same: a page stays right under writes. What can be
   * large of a thread may be left out. A record whose bytes can't be read is named in `unreadable` of the page that it may
   * belong to (`thread/` and its id), and the others are given. Without it `gate.threads` is SETUP; everything else works.
   * @throws INVALID_ARGS for a limit or cursor that isn't one
   */
  listThreads?(tenant: string, query: ThreadQuery): Promise<Page<ThreadHead>>;
  grantsFor(
    tenant: string,
    call: { readonly namespace: string | undefined; readonly tool: string; readonly agent: string },
  ): Promise<readonly GrantRecord[]>;
  /** All grants of the tenant, or of the tools of this name, in the order they were given. Without it `gate.grants` is SETUP; everything else works. */
  listGrants?(tenant: string, tool: string | undefined): Promise<readonly GrantRecord[]>;
  /**
   * The events behind a position, and the position behind these. A reader that goes on from there gets each event once, also
   * one whose commit was under way while a later one was read already. An event comes behind all that were there when its
   * commit began; beyond that, two readers may get events in different orders. `after` undefined: from the start. Fewer than
   * `limit`: there are no more now. Waits for nobody. A position is printable ASCII without spaces: it stands in addresses
   * and headers. @throws INVALID_ARGS for a position that isn't one
   */
  listEvents(
    tenant: string,
    after: string | undefined,
    limit: number,
    subject?: string,
  ): Promise<{ readonly events: readonly AuditEvent[]; readonly position: string }>;
  /**
   * The position behind all events that are committed: for a reader that wants only what comes from now on. Optional: without
   * it such a reader reads all of them once.
   */
  endOfEvents?(tenant: string): Promise<string>;
  /**
   * What there is a record of, or an event: a request's id, also of a purged one; of threads and grants `thread/` or `grant/`
   * and the id; whatever else events are about. Each once, in an order that stays the same, so that a page stays right under
   * writes. `limit` at the most, and an empty page is the end. `after`: the last one of the page before; undefined: from the
   * start. Optional: without it `gate.verify` can't find a record whose whole chain is gone.
   */
  listSubjects?(tenant: string, after: string | undefined, limit: number): Promise<readonly string[]>;
  /**
   * - `thread`: live, lease free (`leaseUntil` passed), `notBefore` passed, and either `open` = 0 or a holder whose lease
   *   lapsed without a release. Leased and fenced (`fence` + 1, new holder, version + 1) by this call.
   * - `expiry`: pending past `expiresAt`; or approved and not `begun`, no request of its turn pending, and past the turn's
   *   latest `decidedAt` + its own `executeWithin`. A turn is the requests with the same thread id and turn id.
   * - `claim`: executing, with `leaseUntil` passed.
   * - `notice`: pending, with `noticeAt` passed.
   *
   * The longest overdue first.
   */
  claimDue(kind: DueKind, options: DueOptions): Promise<readonly DueItem[]>;
  /**
   * Ids of closed threads with `closedAt` below `before` (Unix ms), the oldest `closedAt` first, `limit` at the most. A
   * thread without `closedAt` is none of them. Optional: without it nothing can be purged, and no `drop` ever comes.
   */
  closedThreads?(tenant: string, before: number, limit: number): Promise<readonly string[]>;
  /** Documents of surfaces: sessions, keys, deliveries. Without it `documentsOf` is SETUP; everything else works. */
  readonly documents?: DocumentPort | undefined;
  /**
   * A hint that something was committed, or a thread claimed: by this handle, and with `push` by others too. Losing one is
   * harmless, losing all of them isn't: whoever waits would find everything late. Never called within the call that it tells of.
   */
  watch(listener: () => void): () => void;
  /**
   * The role that the database let this store's sessions in as: what whoever signs can't choose. Surfaces put it into the
   * `origin` of a signature. Optional: a store without logins of its own has none.
   */
  role?(): Promise<string>;
}
