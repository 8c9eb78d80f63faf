import type { Batch, StorePort } from "@countersign/core/store";
import { commit, event, put, putThread, request, TENANT, thread } from "@countersign/store-tests";
import { testDatabase } from "@countersign/test-run";
import { describe, expect, test } from "vitest";
import { pairOn } from "./pair.ts";
import type { Moment } from "./proxy.ts";
import { failure } from "./setting.ts";

const database = await testDatabase();
const pair = () => pairOn(database);

const retryable = { code: "STORE_UNAVAILABLE", details: { retryable: true } };
const OK = { ok: true };

const batch = (changes: Batch["changes"], events: Batch["events"] = []): Batch => ({ tenant: TENANT, changes, events });
/** As a decision does it. */
const decision = (reason = "mine"): Batch =>
  batch(
    [put(request("r1", { reason }), 1), { op: "add", kind: "thread", id: "t", field: "open", by: 1 }],
    [{ ...event("r1", 2), data: { reason } }],
  );
/** As a heartbeat does it: nothing in any chain. */
const heartbeat = (holder = "mine"): Batch => batch([putThread(thread("t", { holder, leaseUntil: 1 }), 1)]);
const counting: Batch = batch([{ op: "add", kind: "thread", id: "t", field: "open", by: 1 }]);

async function open(store: StorePort): Promise<number | undefined> {
  return (await store.getThread(TENANT, "t"))?.open;
}

describe.each<Moment>(["before", "after"])("a commit whose connection is cut %s it is carried out", (moment) => {
  test("is written once and is a success", async () => {
    const { proxy, store, rival } = await pair();
    proxy.lose("commit_2", moment);
    expect(await store.commit(decision())).toEqual(OK);
    expect(proxy.cuts).toBe(1);
    expect(await rival.getRequest(TENANT, "r1")).toMatchObject({ version: 2, reason: "mine" });
    expect(await open(rival)).toBe(1);
    expect((await rival.listEvents(TENANT, undefined, 10, "r1")).events).toHaveLength(2);
  });

  test("is so also when it happens again and again, and when the looking up is lost too", async () => {
    const { proxy, store, rival } = await pair();
    for (let n = 0; n < 3; n++) proxy.lose("commit_2", moment);
    proxy.lose("FROM", moment);
    expect(await store.commit(decision())).toEqual(OK);
    expect(proxy.cuts).toBeGreaterThanOrEqual(3);
    expect(await open(rival)).toBe(1);
  });

  test("is so without an event", async () => {
    const { proxy, store, rival } = await pair();
    proxy.lose("commit_2", moment);
    expect(await store.commit(heartbeat())).toEqual(OK);
    expect(await rival.getThread(TENANT, "t")).toMatchObject({ version: 2, holder: "mine" });
  });

  test("is so when others have gone on since", async () => {
    const { proxy, store, rival } = await pair();
    const goOn = (): Promise<void> => commit(rival, [put(request("r1", { reason: "next" }), 2)], [event("r1", 3)]);
    proxy.lose("commit_2", moment, moment === "after" ? goOn : undefined);
    expect(await store.commit(decision())).toEqual(OK);
    expect(await open(rival)).toBe(1);
  });

  test("of additions alone can't be looked up: at most once, and said", async () => {
    const { proxy, store, rival } = await pair();
    proxy.lose("commit_2", moment);
    expect((await failure(store.commit(counting))).error).toMatchObject(retryable);
    expect(await open(rival)).toBe(moment === "after" ? 1 : 0);
    expect(await store.commit(counting)).toEqual(OK);
  });

  test("of inserts is so", async () => {
    const { proxy, store, rival } = await pair();
    proxy.lose("commit_2", moment);
    expect(await store.commit(batch([put(request("r2")), put(request("r3"))], [event("r2", 1), event("r3", 1)]))).toEqual(OK);
    expect(await rival.countRequests(TENANT, {}, 10)).toBe(3);
  });

  test("that is refused stays refused", async () => {
    const { proxy, store } = await pair();
    proxy.lose("commit_2", moment);
    expect(await store.commit(batch([put(request("r1"), 7)], [event("r1", 8)]))).toMatchObject({ ok: false, reason: "CONFLICT" });
    proxy.lose("commit_2", moment);
    expect(await store.commit({ ...decision(), before: 1 })).toEqual({ ok: false, reason: "TOO_LATE" });
  });
});

describe("a rival who wins before it is tried again: the truth is told", () => {
  test.each([
    ["of another decision", () => decision(), () => decision("theirs")],
    ["of another heartbeat", () => heartbeat(), () => heartbeat("theirs")],
    // Two claims in the same ms write the same event; the record tells them apart by its holder.
    ["of the same event", () => claim("mine"), () => claim("theirs")],
  ])("%s", async (_, mine, theirs) => {
    const { proxy, store, rival } = await pair();
    proxy.lose("commit_2", "before", async () => expect(await rival.commit(theirs())).toEqual(OK));
    expect(await store.commit(mine())).toMatchObject({ ok: false, reason: "CONFLICT" });
  });

  test("of the same event, whose record has moved on", async () => {
    const { proxy, store, rival } = await pair();
    proxy.lose("commit_2", "before", async () => {
      expect(await rival.commit(claim("theirs"))).toEqual(OK);
      await commit(rival, [put(request("r1", { state: "done" }), 2)], [event("r1", 3, "done")]);
    });
    expect(await store.commit(claim("mine"))).toMatchObject({ ok: false, reason: "CONFLICT" });
  });

  const claim = (holder: string): Batch => batch([put(request("r1", { state: "executing", holder }), 1)], [event("r1", 2, "claimed")]);
});

describe.each<Moment>(["before", "after"])("claimDue, cut %s it is carried out", (moment) => {
  test("gives the same threads and not others", async () => {
    const { proxy, store, rival } = await pair();
    for (let n = 0; n < 9; n++) await commit(rival, [putThread(thread(`t${n}`))]);
    proxy.lose("claim_threads_1", moment);
    const due = await store.claimDue("thread", { tenant: TENANT, holder: "mine", leaseMs: 60_000, limit: 5 });
    expect(proxy.cuts).toBe(1);
    expect(due).toHaveLength(5);
    for (const { id, fence } of due) expect(await rival.getThread(TENANT, id)).toMatchObject({ fence, holder: "mine", version: 2 });
    const rest = await rival.claimDue("thread", { tenant: TENANT, holder: "theirs", leaseMs: 60_000, limit: 100 });
    expect(rest).toHaveLength(5);
  });
});

test("threads that somebody else took over before the answer was looked up are theirs", async () => {
  const { proxy, store, rival } = await pair();
  proxy.lose("claim_threads_1", "after", async () => {
    expect(await rival.commit(batch([putThread(thread("t", { fence: 3, holder: "theirs", leaseUntil: 9e15 }), 2)]))).toEqual(OK);
  });
  expect(await store.claimDue("thread", { tenant: TENANT, holder: "mine", leaseMs: 60_000, limit: 5 })).toEqual([]);
});
