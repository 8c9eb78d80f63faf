import { dueSince, refusalOf, type Change, type CommitRead, type DueKind, type RequestRecord } from "@countersign/core/store";
import { event, put, putThread, request, T0, thread } from "@countersign/store-tests";
import { describe, expect, test } from "vitest";

const approved = { state: "approved", decidedAt: T0, executeWithin: 1_000 } as const;
const never = (): never => expect.fail("nobody asked for the turn");

describe("dueSince", () => {
  const lapsed = { holder: "worker/1", open: 2, leaseUntil: T0 + 5 } as const;

  test.for<[since: number, kind: DueKind, record: ReturnType<typeof request> | ReturnType<typeof thread>]>([
    [T0, "thread", thread("t", { notBefore: T0, leaseUntil: T0 - 1 })],
    [T0 + 5, "thread", thread("t", { ...lapsed, notBefore: T0 })],
    [Infinity, "thread", thread("t", { open: 1 })],
    [Infinity, "thread", thread("t", { ...lapsed, state: "closed" })],
    [Infinity, "expiry", thread("t")],
    [Infinity, "thread", request("r", { expiresAt: T0 })],
    [T0, "expiry", request("r", { expiresAt: T0, noticeAt: 1, leaseUntil: 2 })],
    [Infinity, "expiry", request("r")],
    [Infinity, "expiry", request("r", { ...approved, executeWithin: undefined })],
    [Infinity, "expiry", request("r", { ...approved, begun: true })],
    [T0, "notice", request("r", { noticeAt: T0, expiresAt: 1 })],
    [Infinity, "notice", request("r", { ...approved, noticeAt: T0 })],
    [T0, "claim", request("r", { state: "executing", leaseUntil: T0 })],
    [Infinity, "claim", request("r", { ...approved, leaseUntil: T0 })],
  ])("%d for %s", ([since, kind, record]) => {
    expect(dueSince(kind, record, never)).toBe(since);
  });

  test("counts an approval from the last decision of its turn, and not while one is pending", () => {
    const record = request("r", { ...approved, turnId: "a" });
    const since = (...siblings: readonly RequestRecord[]): number =>
      dueSince("expiry", record, (threadId, turnId) => (threadId === "pay-001" && turnId === "a" ? siblings : never()));
    expect(since()).toBe(T0 + 1_000);
    expect(since(record, request("s", { state: "rejected", decidedAt: T0 + 7 }))).toBe(T0 + 1_007);
    expect(since(record, request("s", { state: "rejected", decidedAt: T0 + 7 }), request("p"))).toBe(Infinity);
  });
});

describe("refusalOf", () => {
  const read: CommitRead = {
    now: T0,
    request: (id) => (id === "r" ? { version: 3 } : undefined),
    thread: (id) => (id === "t" ? { version: 2, fence: 5, open: 1 } : undefined),
    grant: (id) => (id === "g" ? { version: 1, uses: 2 } : undefined),
    hasEvent: (subject, seq) => subject === "r" && seq === 1,
  };
  const add = (by: number, over: Partial<Extract<Change, { op: "add" }>> = {}): Change => ({
    op: "add",
    kind: "grant",
    id: "g",
    field: "uses",
    by,
    floor: 0,
    ...over,
  });
  const fence = (of: number, threadId = "t"): Change => ({ op: "require", threadId, fence: of });
  const judged = (changes: readonly Change[], events = [event("r", 2)], before?: number) => refusalOf(read, { changes, events, before });

  test("finds nothing against what fits", () => {
    const changes = [put(request("r"), 3), put(request("new")), putThread(thread("new")), fence(5), add(-1), add(-1), add(1)];
    expect(judged([...changes, add(1, { kind: "thread", id: "new", field: "open" })], undefined, T0 + 1)).toBeUndefined();
  });

  test.for<[reason: string, changes: readonly Change[]]>([
    ["FENCED", [fence(4)]],
    ["FENCED", [fence(0, "none")]],
    ["CONFLICT", [put(request("r"), 2)]],
    ["CONFLICT", [put(request("new"), 1)]],
    ["CONFLICT", [put(request("r"), 3), put(request("r"), 3)]],
    ["FLOOR", [add(-3)]],
    ["FLOOR", [add(-1), add(-2)]],
    ["FLOOR", [add(1, { id: "none" })]],
    ["FLOOR", [putThread(thread("new")), add(-1, { kind: "thread", id: "new", field: "open" })]],
  ])("%s names the change", ([reason, changes]) => {
    expect(judged(changes)).toEqual({ ok: false, reason, change: changes.at(-1) });
  });

  test("gives the first reason in the order of the port", () => {
    const [floor, conflict, fenced, taken] = [add(-3), put(request("r"), 2), fence(4), [event("r", 1)]];
    const reasons = [
      judged([floor, conflict, fenced], taken, T0),
      judged([floor, conflict, fenced], taken),
      judged([floor, conflict], taken),
      judged([floor], taken),
      judged([], taken),
      judged([], [event("s", 1), event("s", 1)]),
    ];
    expect(reasons.map((one) => one?.reason)).toEqual(["TOO_LATE", "FENCED", "CONFLICT", "FLOOR", "CONFLICT", "CONFLICT"]);
    expect(reasons[4]).toEqual({ ok: false, reason: "CONFLICT" });
  });
});
