import fc from "fast-check";
import {
  GIVEN_UP,
  isUnfinished,
  NEVER,
  type AuditEvent,
  type Batch,
  type Change,
  type DueKind,
  type RequestQuery,
  type RequestState,
} from "@countersign/core/store";
import { signed } from "../mixture.ts";
import { event, FAR, grant, request, T0, thread } from "../records.ts";
import type { TenantState } from "./state.ts";

/** Something that happens to the store. Plain data, so that a failure can be read. */
export type Step =
  | {
      readonly do: "commit";
      readonly changes: readonly Wish[];
      readonly events: readonly (readonly [subject: string, ahead: number])[];
      readonly before: number | undefined;
    }
  | {
      readonly do: "claim";
      readonly kind: DueKind;
      readonly agents: readonly string[] | undefined;
      readonly limit: number;
      readonly leaseMs: number;
    }
  | { readonly do: "list"; readonly query: RequestQuery }
  /** Somebody who reads all events goes on from where they were. */
  | { readonly do: "read"; readonly limit: number }
  | { readonly do: "other" };

/** A change before it is known which version is there. `off` 0: the right one. */
export type Wish =
  | { readonly put: "request" | "thread" | "grant"; readonly id: string; readonly off: number; readonly as: number }
  | { readonly add: "thread" | "grant"; readonly id: string; readonly by: number; readonly floor: number | undefined }
  | { readonly require: string; readonly off: number }
  | { readonly purge: string; readonly off: number }
  /** All events of a chain but the last so many. */
  | { readonly drop: string; readonly but: number };

export const REQUESTS: readonly string[] = ["r0", "r1", "r2", "r3"];
export const THREADS: readonly string[] = ["t0", "t1"];
export const AGENTS: readonly string[] = ["a0", "a1"];
const STATES: readonly RequestState[] = ["pending", "pending", "approved", "executing", "done", "rejected"];

const mostlyRight = fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) });
const put = fc.record({
  put: fc.constantFrom("request" as const, "request" as const, "thread" as const, "grant" as const),
  id: fc.nat(3).map(String),
  off: mostlyRight,
  as: fc.nat(1_000),
});
const add = fc.record({
  add: fc.constantFrom("thread" as const, "grant" as const),
  id: fc.nat(1).map(String),
  by: fc.integer({ min: -2, max: 3 }),
  floor: fc.constantFrom(undefined, undefined, 0, 1),
});
const require = fc.record({ require: fc.constantFrom(...THREADS), off: mostlyRight });
const wish: fc.Arbitrary<Wish> = fc.oneof({ weight: 6, arbitrary: put }, { weight: 2, arbitrary: add }, { weight: 1, arbitrary: require });
const CHAINS = ["r0", "thread/t0"] as const;
const purging: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 3, arbitrary: wish },
  { weight: 1, arbitrary: fc.record({ purge: fc.nat(3).map(String), off: mostlyRight }) },
  { weight: 2, arbitrary: fc.record({ drop: fc.constantFrom(...CHAINS), but: fc.nat(2) }) },
);

export type CommitStep = Extract<Step, { do: "commit" }>;

const committing = (wishes: fc.Arbitrary<Wish>): fc.Arbitrary<CommitStep> =>
  fc.record({
    do: fc.constant("commit" as const),
    changes: fc.array(wishes, { maxLength: 4 }),
    events: fc.array(
      fc.tuple(
        fc.constantFrom(...CHAINS),
        mostlyRight.map((off) => Math.max(off, -1)),
      ),
      { maxLength: 2 },
    ),
    before: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      { weight: 4, arbitrary: fc.constant(FAR) },
      { weight: 1, arbitrary: fc.constant(T0) },
    ),
  });

export const commitStep: fc.Arbitrary<CommitStep> = committing(wish);

const query: fc.Arbitrary<RequestQuery> = fc
  .record({
    status: fc.constantFrom(undefined, "pending" as const, "approved" as const),
    execution: fc.constantFrom(undefined, undefined, "none" as const, "executing" as const),
    agent: fc.constantFrom(undefined, undefined, ...AGENTS),
    threadId: fc.constantFrom(undefined, undefined, ...THREADS),
    digest: fc.constantFrom(undefined, undefined, "digest-1", "digest-0"),
    reviewableBy: fc.constantFrom(undefined, { id: "alice", roles: ["finance"] }, { id: "bob" }),
    visibleTo: fc.constantFrom(undefined, undefined, { id: "alice", roles: ["finance"] }, { id: "a2", aliases: ["bob"] }),
    decidedBy: fc.constantFrom(undefined, undefined, undefined, "alice", "bob", { id: "someone", aliases: ["alice", "bob"] }),
    askedBefore: fc.constantFrom(undefined, undefined, undefined, T0 + 1),
    idPrefix: fc.constantFrom(undefined, undefined, undefined, "r", "r1", "e"),
    search: fc.constantFrom(undefined, undefined, undefined, "", "SEND pay", "a0", "r2", "ali T1", "nobody"),
    order: fc.constantFrom("oldest" as const, "newest" as const, "deadline" as const),
    limit: fc.constantFrom(1, 2, 50),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

/**
 * `other`: reopen, or go on with another handle on the same location. How often, beside 10 other steps; 0: never.
 * `purges`: records are purged and chains dropped as well, while somebody reads the events.
 */
export function steps(other: number, { purges = false }: { readonly purges?: boolean } = {}): fc.Arbitrary<readonly Step[]> {
  const claim = fc.record({
    do: fc.constant("claim" as const),
    kind: fc.constantFrom("thread" as const, "thread" as const, "expiry" as const, "claim" as const, "notice" as const),
    agents: fc.constantFrom(undefined, undefined, ["a0"], []),
    limit: fc.constantFrom(0, 1, 9),
    leaseMs: fc.constantFrom(0, 1_000_000_000),
  });
  const switching = other > 0 ? [{ weight: other, arbitrary: fc.constant({ do: "other" as const }) }] : [];
  const list = fc.record({ do: fc.constant("list" as const), query });
  const read = fc.record({ do: fc.constant("read" as const), limit: fc.constantFrom(1, 3, 50) });
  const commit = purges ? committing(purging) : commitStep;
  const reading = purges ? [{ weight: 3, arbitrary: read }] : [];
  return fc.array(
    fc.oneof({ weight: 6, arbitrary: commit }, { weight: 2, arbitrary: claim }, { weight: 2, arbitrary: list }, ...reading, ...switching),
    { minLength: 1, maxLength: 40, size: "max" },
  );
}

/** The batch that is meant, given what is there. `unique`: no two records are put twice in one batch. */
export function batchOf(tenant: string, state: TenantState, { changes, events, before }: Extract<Step, { do: "commit" }>): Batch {
  const made = changes.map((one) => changeOf(tenant, state, one));
  const once = made.filter(
    (change, n) => change.op !== "put" || !made.slice(0, n).some((other) => other.op === "put" && other.record.id === change.record.id),
  );
  return { tenant, changes: once, events: eventsOf(state, events), before };
}

function changeOf(tenant: string, state: TenantState, wanted: Wish): Change {
  if ("require" in wanted)
    return { op: "require", threadId: wanted.require, fence: (state.threads.get(wanted.require)?.fence ?? 1) + wanted.off };
  if ("add" in wanted) {
    const { add: kind, id, by, floor } = wanted;
    return { op: "add", kind, id: `${kind[0]}${id}`, field: kind === "thread" ? "open" : "uses", by, floor };
  }
  if ("drop" in wanted) return { op: "drop", subject: wanted.drop, through: lastSeq(state, wanted.drop) - wanted.but };
  if ("purge" in wanted) return purgeOf(tenant, state, wanted);
  return putOf(tenant, state, wanted);
}

/** Whatever it was, and with all that would make it due if it weren't purged. */
function purgeOf(tenant: string, state: TenantState, { purge: id, off }: Extract<Wish, { purge: string }>): Change {
  const change = putOf(tenant, state, { put: "request", id, off, as: 0 });
  return change.op === "put" && change.kind === "request" ? { ...change, record: { ...change.record, state: "purged" } } : change;
}

function putOf(
  tenant: string,
  { requests, threads, grants }: TenantState,
  { put: kind, id: name, off, as }: Extract<Wish, { put: string }>,
): Change {
  const agent = AGENTS[as % 2] ?? "a0";
  const expects = (there: { readonly version: number } | undefined): number => Math.max(0, (there?.version ?? 0) + off);
  if (kind === "grant") {
    const id = `g${Number(name) % 2}`;
    return { op: "put", kind, record: { ...grant(id, { agent }), tenant, uses: as, expiresAt: as }, expects: expects(grants.get(id)) };
  }
  if (kind === "thread") {
    const id = `t${Number(name) % 2}`;
    const fence = (threads.get(id)?.fence ?? 1) + (as % 3 === 0 ? 1 : 0);
    const lease = as % 4 === 0 ? { holder: "worker/0", leaseUntil: as % 8 === 0 ? FAR : T0 } : {};
    const over = {
      tenant,
      // Of questions by hand: those are listed nowhere.
      agent: as % 9 === 0 ? "" : agent,
      fence,
      open: as,
      notBefore: as % 7 === 0 ? FAR : as % 11 === 0 ? GIVEN_UP : as % 13 === 0 ? NEVER : T0 + as,
      state: as % 5 === 0 ? "closed" : "live",
      closedAt: as % 3 === 0 ? undefined : T0 + as,
      ...lease,
    } as const;
    return { op: "put", kind, record: thread(id, over), expects: expects(threads.get(id)) };
  }
  const id = `r${name}`;
  const there = requests.get(id);
  // Where and when a request was asked never changes.
  const origin = there ?? {
    agent,
    threadId: THREADS[as % 2] ?? "t0",
    turnId: `m${as % 3}`,
    askedAt: T0 + Math.floor(requests.size / 2),
    requestedBy: as % 4 === 0 ? { id: "u1", name: "Alice" } : undefined,
  };
  const wanted = STATES[as % STATES.length] ?? "pending";
  // What has finished never comes back, and what was purged least of all.
  const isOver = there && !isUnfinished(there) && (isUnfinished({ state: wanted }) || there.state === "purged");
  const state = isOver ? there.state : wanted;
  const record = request(id, {
    tenant,
    agent: origin.agent,
    threadId: origin.threadId,
    turnId: origin.turnId,
    askedAt: origin.askedAt,
    requestedBy: origin.requestedBy,
    state,
    reason: `${as}`,
    proposal: { digest: `digest-${as % 2}`, by: undefined },
    terms: as % 3 === 0 ? { roles: ["finance"] } : as % 3 === 1 ? { reviewers: ["bob"] } : {},
    decisions: as % 5 === 0 ? [signed("alice", "digest-1")] : [],
    expiresAt: as % 2 === 0 ? T0 + as : as % 5 === 0 ? undefined : FAR,
    decidedAt: state === "pending" ? undefined : T0 + as,
    executeWithin: as % 3 === 0 ? 60_000 : undefined,
    // Also of some that are decided: only what is pending is due.
    noticeAt: as % 7 === 0 ? undefined : as % 7 === 1 ? FAR : T0 + as,
    begun: as % 4 === 0,
    attempt: as % 4 < 2 ? 1 : 0,
    leaseUntil: as % 3 === 0 ? T0 + as : FAR,
  });
  return { op: "put", kind: "request", record, expects: expects(there) };
}

/** The number of the last event that a chain has had, dropped or not. */
function lastSeq({ events, dropped }: TenantState, subject: string): number {
  return Math.max(dropped.get(subject) ?? 0, ...[...events.values()].map((one) => (one.subject === subject ? one.seq : 0)));
}

function eventsOf(state: TenantState, wanted: readonly (readonly [subject: string, ahead: number])[]): readonly AuditEvent[] {
  const counts = new Map<string, number>();
  return wanted.map(([subject, ahead]) => {
    const last = counts.get(subject) ?? lastSeq(state, subject);
    counts.set(subject, last + 1);
    // `ahead` -1: a place that is taken, if there is one. A dropped one is nobody's business any more.
    return event(subject, Math.max(1 + (state.dropped.get(subject) ?? 0), last + 1 + Math.min(ahead, 0)));
  });
}
