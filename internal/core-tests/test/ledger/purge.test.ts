// Requests asked by hand: what a purge removes, what it keeps, and what it leaves alone.
import { approve, createGate, definePolicy, isCountersignError, reject, type Gate, type Principal } from "@countersign/core";
import { CountersignError, type Batch, type RequestRecord, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { sqliteStore } from "@countersign/sqlite";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { seed } from "./seed.ts";

const policy = definePolicy({ default: "allow", tools: { pay: "ask", send: { ask: true, idempotent: true } } });
const alice: Principal = { id: "alice", name: "Alice Example" };
const DAY = 86_400_000;
const OLD = { olderThan: "30d", by: { id: "retention", kind: "service" } } as const;
/** The clock of a gate that looks back on what was just done. */
const later = (): number => Date.now() + 31 * DAY;
const warn = (): void => {};
const secret = { recipient: "Acme Corp", amount: 4_200 };

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

async function asked(gate: Gate, key: string, threadId = "t") {
  const approval = await gate.ask({ threadId, key, tool: "pay", args: secret, requestedBy: "bob@example.com" });
  if (approval.status !== "pending") throw new Error(approval.status);
  return approval.request;
}

async function paid(gate: Gate, key: string, threadId?: string) {
  const request = await asked(gate, key, threadId);
  await gate.decide(request, approve({ comment: "fine with me" }), { by: alice });
  await gate.execute({ id: request.id, args: {} }, () => "IBAN DE89 3704");
  return request;
}

/** An execution that never ends. */
async function begun(gate: Gate, key: string) {
  const request = await asked(gate, key);
  await gate.decide(request, approve(), { by: alice });
  await new Promise<void>((resolve) => {
    void gate.execute({ id: request.id, args: {} }, () => (resolve(), new Promise(() => {})));
  });
  return request;
}

const everything = async (store: StorePort): Promise<string> =>
  JSON.stringify([await store.requestsOfThread("default", "t"), (await store.listEvents("default", undefined, 1_000)).events]);

describe("a purged request", () => {
  it("leaves a stub without anything that somebody wrote, and one event", async () => {
    const gate = testGate(policy);
    const { id, proposal } = await paid(gate, "k");
    const written = ["Acme", '"amount":4200', "fine with me", "IBAN", "Alice"];
    const there = await everything(gate.store as StorePort);
    for (const word of written) expect(there).toContain(word);
    gate.advance(31 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 0 });
    expect(await gate.get(id)).toMatchObject({ id, status: "approved", execution: "done", args: {}, decisions: [], tool: "pay" });
    expect((await gate.get(id))?.proposal.digest).toBe(proposal.digest);
    const left = await everything(gate.store as StorePort);
    for (const word of written) expect(left).not.toContain(word);
    const [event, ...more] = await Array.fromAsync(gate.history(id));
    expect(event).toMatchObject({ type: "purged", seq: 5, actor: OLD.by, data: { was: "done", proposal: { digest: proposal.digest } } });
    expect(more).toEqual([]);
  });

  it("is in no list any more", async () => {
    const gate = testGate(policy);
    await paid(gate, "k");
    gate.advance(31 * DAY);
    await gate.purge(OLD);
    for (const query of [{}, { status: "approved" }, { execution: "done" }, { threadId: "t" }] as const)
      expect(await gate.list(query)).toEqual({ items: [], next: undefined });
  });

  it("neither runs again nor is asked again", async () => {
    const gate = testGate(policy);
    const request = await paid(gate, "k");
    gate.advance(31 * DAY);
    await gate.purge(OLD);
    const ran: unknown[] = [];
    expect(await codeOf(gate.execute({ id: request.id, args: secret }, (args) => ran.push(args)))).toBe("PURGED");
    expect(await codeOf(gate.ask({ threadId: "t", key: "k", tool: "pay", args: secret }))).toBe("PURGED");
    expect(ran).toEqual([]);
    expect(gate.asked).toHaveLength(1);
    // Other arguments under the same key are another request, which says what became of the first.
    const other = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { ...secret, amount: 1 } });
    expect(other).toMatchObject({ status: "pending", request: { supersedes: request.id } });
    expect(other.status === "pending" && other.request.reason).toContain("already ran");
  });

  it("can't be decided, cancelled or settled", async () => {
    const gate = testGate(policy);
    const request = await paid(gate, "k");
    gate.advance(31 * DAY);
    await gate.purge(OLD);
    expect(await codeOf(gate.decide(request, reject("late"), { by: alice }))).toBe("ALREADY_DECIDED");
    expect(await codeOf(gate.cancel(request.id, { by: alice, reason: "late" }))).toBe("ALREADY_DECIDED");
    expect(await codeOf(gate.settle(request.id, { retry: true }, { by: alice }))).toBe("CONFLICT");
    expect(await gate.wait(request.id)).toMatchObject({ status: "approved" });
    expect((await Array.fromAsync(gate.history(request.id))).length).toBe(1);
  });

  it("was rejected, expired, cancelled or failed as well", async () => {
    const gate = testGate(policy);
    const [rejected, cancelled, failed, expired] = await Promise.all(["r", "c", "f", "e"].map((key) => asked(gate, key)));
    if (!rejected || !cancelled || !failed || !expired) throw new Error();
    await gate.decide(rejected, reject("no"), { by: alice });
    await gate.cancel(cancelled.id, { by: alice, reason: "changed our minds" });
    await gate.decide(failed, approve(), { by: alice });
    await expect(gate.execute({ id: failed.id, args: {} }, () => Promise.reject(new Error("bank closed")))).rejects.toThrow();
    gate.advance(4 * DAY);
    expect(await codeOf(gate.decide(expired, approve(), { by: alice }))).toBe("EXPIRED");
    gate.advance(31 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 4, threads: 0 });
    const ended = await Promise.all([rejected, cancelled, failed, expired].map(({ id }) => gate.get(id)));
    expect(ended.map((one) => [one?.status, one?.execution])).toEqual([
      ["rejected", "none"],
      ["cancelled", "none"],
      ["approved", "failed"],
      ["expired", "none"],
    ]);
    expect(await gate.verify()).toMatchObject({ subjects: 6 });
  });
});

describe("a purge", () => {
  it("leaves alone what is pending, approved, executing or unknown, however old", async () => {
    const gate = testGate(policy);
    const pending = await asked(gate, "pending");
    const approved = await asked(gate, "approved");
    await gate.decide(approved, approve(), { by: alice });
    const unknown = await begun(gate, "unknown");
    gate.advance(61_000);
    expect(await codeOf(gate.execute({ id: unknown.id, args: {} }, () => "again"))).toBe("EXECUTION_UNKNOWN");
    const executing = await begun(gate, "executing");
    const all = [pending, approved, unknown, executing];
    gate.advance(3_650 * DAY);
    const before = await Promise.all(all.map(({ id }) => gate.get(id)));
    expect(await gate.purge({ olderThan: 1, by: OLD.by })).toEqual({ requests: 0, threads: 0 });
    expect(await Promise.all(all.map(({ id }) => gate.get(id)))).toEqual(before);
    expect(before.map((one) => [one?.status, one?.execution])).toEqual([
      ["pending", "none"],
      ["approved", "none"],
      ["approved", "unknown"],
      // Its lease is over by now.
      ["approved", "unknown"],
    ]);
  });

  it("counts from when a request finished, not from when it was asked", async () => {
    const gate = testGate(policy);
    const approval = await gate.ask({ threadId: "t", key: "slow", tool: "read", args: {} });
    if (approval.status !== "allowed") throw new Error(approval.status);
    gate.advance(100 * DAY);
    await gate.execute(approval, () => "read");
    gate.advance(29 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 0, threads: 0 });
    gate.advance(2 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 0 });
  });

  it("can be repeated, and finds only what is new", async () => {
    const gate = testGate(policy);
    await paid(gate, "a");
    gate.advance(31 * DAY);
    await paid(gate, "b");
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 0 });
    expect(await gate.purge(OLD)).toEqual({ requests: 0, threads: 0 });
    gate.advance(31 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 0 });
    expect(await gate.verify()).toEqual({ events: 4, subjects: 4 });
  });

  it("stays within its tenant", async () => {
    let now = Date.now();
    const store = memoryStore({ now: () => now });
    const [mine, theirs] = ["mine", "theirs"].map((tenant) => createGate({ policy, store, tenant, warn }));
    if (!mine || !theirs) throw new Error();
    await paid(mine, "k");
    const kept = await paid(theirs, "k");
    now += 31 * DAY;
    expect(await mine.purge(OLD)).toEqual({ requests: 1, threads: 0 });
    expect(await theirs.get(kept.id)).toMatchObject({ args: secret });
  });

  it("doesn't count twice, or give up, when an answer of the store is lost", async () => {
    let lost = 0;
    const inner = sqliteStore(":memory:");
    const commit = async (batch: Batch) => {
      const committed = await inner.commit(batch);
      if (batch.changes.some(({ op }) => op === "drop") && lost++ === 0)
        throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
      return committed;
    };
    await using store: StorePort = { ...inner, commit };
    const gate = createGate({ policy, store, now: later, warn });
    const past = createGate({ policy, store, warn });
    for (const key of ["a", "b", "c"]) await paid(past, key);
    expect(await gate.purge(OLD)).toEqual({ requests: 3, threads: 0 });
    expect(lost).toBe(2);
    await past.verify();
  });

  it("counts what would go, and touches nothing, in a dry run", async () => {
    const gate = testGate(policy);
    for (const key of ["a", "b", "c"]) await paid(gate, key);
    await asked(gate, "waits");
    gate.advance(31 * DAY);
    const before = await everything(gate.store as StorePort);
    expect(await gate.purge({ olderThan: "30d", dryRun: true })).toEqual({ requests: 3, threads: 0 });
    expect(await everything(gate.store as StorePort)).toBe(before);
    expect(await gate.purge({ ...OLD, origin: { user: "root", host: "desk-7" } })).toEqual({ requests: 3, threads: 0 });
    expect(await gate.purge({ olderThan: "30d", dryRun: true })).toEqual({ requests: 0, threads: 0 });
    const events = (await (gate.store as StorePort).listEvents("default", undefined, 1_000)).events.filter(({ type }) => type === "purged");
    expect(events.map(({ actor, data }) => [actor, data["note"]])).toEqual(
      Array.from({ length: 3 }, () => [OLD.by, { origin: { user: "root", host: "desk-7" } }]),
    );
    await gate.verify();
  });

  it.each([0, -1, "soon", "30", undefined, Number.NaN, Infinity, {}])("refuses an age of %j", async (olderThan) => {
    expect(await codeOf(testGate(policy).purge({ ...OLD, olderThan } as never))).toBe("INVALID_ARGS");
  });

  it("says so when the store can't do it", async () => {
    const { closedThreads: _, ...store } = memoryStore();
    const gate = createGate({ policy, store, now: later, warn });
    const { id } = await paid(createGate({ policy, store, warn }), "k");
    expect(await codeOf(gate.purge(OLD))).toBe("SETUP");
    expect(await gate.get(id)).toMatchObject({ args: secret });
  });

  it("goes through 10,000 requests in batches", { timeout: 300_000 }, async () => {
    await using inner = sqliteStore(":memory:");
    const batches: number[] = [];
    const pages: number[] = [];
    const store: StorePort = {
      ...inner,
      commit: (batch) => (batches.push(batch.changes.length), inner.commit(batch)),
      listRequests: async (tenant, query) => {
        const page = await inner.listRequests(tenant, query);
        pages.push(page.items.length);
        return page;
      },
    };
    const past = createGate({ policy, store, warn });
    const { id } = await paid(past, "template");
    const template = (await inner.getRequest("default", id)) as RequestRecord;
    await seed(inner, template, 10_000);
    const kept = await asked(past, "kept");
    batches.length = pages.length = 0;
    const gate = createGate({ policy, store, now: later, warn });
    expect(await gate.purge(OLD)).toEqual({ requests: 10_001, threads: 0 });
    expect(Math.max(...batches)).toBeLessThanOrEqual(120);
    expect(Math.max(...pages)).toBeLessThanOrEqual(200);
    expect(await gate.get(kept.id)).toMatchObject({ status: "pending", args: secret });
    expect(await gate.list({ status: "approved" })).toMatchObject({ items: [] });
    expect(await gate.verify()).toMatchObject({ subjects: 10_000 + 3 + 50 + 1 });
  });
});
