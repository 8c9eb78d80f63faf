// Threads of a framework: what a run may still need stays, and a purged thread tells no tales.
import { approve, createGate, createWorker, definePolicy, isCountersignError, reject, type Gate, type RunOutcome } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import type { StorePort, ThreadRecord } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted, type Message } from "../mini.ts";

const policy = definePolicy({ default: "allow", tools: { pay: "ask" } });
const alice = { id: "alice" };
const DAY = 86_400_000;
const OLD = { olderThan: "30d", by: { id: "retention", kind: "service" } } as const;
const PAY = call("call_0", "pay", { amount: 4_200, to: "Acme" });

const codeOf = (work: Promise<unknown>) =>
  work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

function pendingOf(outcome: RunOutcome<unknown>) {
  const [first] = outcome.status === "suspended" ? outcome.pending : [];
  if (!first) throw new Error(outcome.status);
  return first;
}

function setting() {
  const gate = testGate(policy);
  const effects: object[] = [];
  const tools = { pay: (args: object) => (effects.push(args), "paid") };
  const runner = createRunner(gate, { model: scripted([PAY], "It is paid.", [PAY], "Again."), tools });
  const store = gate.store as StorePort;
  const thread = async (id = "t"): Promise<ThreadRecord> => {
    const record = await store.getThread("default", id);
    if (!record) throw new Error("no thread");
    return record;
  };
  return { gate, effects, runner, store, thread };
}

/** A run that has ended. */
async function ended() {
  const all = setting();
  const request = pendingOf(await all.runner.start("t", "Pay Acme", { requestedBy: "bob" }));
  await all.gate.decide(request, approve(), { by: alice });
  expect(await all.runner.resume("t")).toMatchObject({ status: "completed", text: "It is paid." });
  return { ...all, request };
}

describe("a closed thread", () => {
  it("keeps its row and its fence, and nothing of what was said", async () => {
    const { gate, thread } = await ended();
    const before = await thread();
    gate.advance(31 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 1 });
    const after = await thread();
    expect(after).toMatchObject({ state: "closed", fence: before.fence, agent: "mini", framework: "mini", seq: before.seq + 1 });
    // Once for itself, and once with its requests.
    expect(after.version).toBe(before.version + 2);
    for (const member of ["continuation", "outcome", "context", "input", "lastError", "requestedBy", "closedAt"] as const)
      expect(after[member]).toBeUndefined();
    expect((await Array.fromAsync(gate.history("thread/t"))).map(({ type, seq }) => [type, seq])).toEqual([["purged", before.seq + 1]]);
    await gate.verify();
  });

  it("isn't resumed with a made-up outcome", async () => {
    const { gate, runner, effects } = await ended();
    gate.advance(31 * DAY);
    await gate.purge(OLD);
    expect(await codeOf(runner.resume("t"))).toBe("THREAD_CLOSED");
    expect(await createWorker(gate, [runner]).drain()).toEqual({ resumed: 0, expired: 0, failed: 0 });
    expect(effects).toHaveLength(1);
  });

  it("can be started again: its chain and its fence go on, and it can be purged again", async () => {
    const { gate, runner, thread } = await ended();
    gate.advance(31 * DAY);
    await gate.purge(OLD);
    const purged = await thread();
    const request = pendingOf(await runner.start("t", "Pay Acme again"));
    expect((await thread()).fence).toBe(purged.fence + 1);
    await gate.verify();
    gate.advance(31 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 0, threads: 0 });
    expect(await codeOf(gate.decide(request, approve(), { by: alice }))).toBe("EXPIRED");
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(await runner.resume("t")).toMatchObject({ status: "completed", replayed: true });
    await gate.verify();
    gate.advance(31 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 1 });
    expect(await codeOf(runner.resume("t"))).toBe("THREAD_CLOSED");
    await gate.verify();
  });

  it("is purged by when it closed, not by when it began", async () => {
    const { gate, runner } = setting();
    const request = pendingOf(await runner.start("t", "go"));
    gate.advance(2 * DAY);
    await gate.decide(request, approve(), { by: alice });
    gate.advance(100 * DAY);
    await runner.resume("t");
    gate.advance(29 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 0, threads: 0 });
    expect(await runner.resume("t")).toMatchObject({ status: "completed", replayed: true });
  });

  it("answers nothing untrue when only its requests are purged", async () => {
    const { gate, runner } = setting();
    await gate.decide(pendingOf(await runner.start("t", "go")), reject("Fraud", { then: "stop" }), { by: alice });
    gate.advance(40 * DAY);
    expect(await runner.resume("t")).toMatchObject({ status: "stopped", by: alice });
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 0 });
    expect(await codeOf(runner.resume("t"))).toBe("THREAD_CLOSED");
  });

  it("stays as long as something asked by hand needs its context, and keeps no other one from going", async () => {
    const { gate, thread } = setting();
    const quick = createRunner(gate, { model: scripted("done"), tools: {} }, "quick");
    for (let n = 0; n < 90; n++) await quick.start(`t${n}`, "go");
    for (let n = 0; n < 45; n++) await gate.ask({ threadId: `t${n}`, key: "k", tool: "pay", args: { n } });
    await quick.start("last", "go");
    gate.advance(31 * DAY);
    expect(await gate.purge({ ...OLD, dryRun: true })).toEqual({ requests: 0, threads: 46 });
    expect(await gate.purge(OLD)).toEqual({ requests: 0, threads: 46 });
    expect(await gate.purge(OLD)).toEqual({ requests: 0, threads: 0 });
    expect(await thread("t0")).toMatchObject({ outcome: { text: "done" }, open: 1 });
    expect(await thread("last")).toMatchObject({ outcome: undefined });
    await gate.verify();
  });
});

const proposed = { turnId: "m1", callId: "c", tool: "pay", args: { amount: 1 } };

/** A call that was made, on a thread that is still live. */
async function paid(gate: Gate) {
  const thread = openThread(gate, { threadId: "t", agent: "mini", framework: "mini" });
  const [request] = await thread.suspend([proposed], null);
  if (!request) throw new Error("nothing was asked");
  await gate.decide(request, approve(), { by: alice });
  await thread.execute(proposed, () => "paid");
  return { thread, request };
}

describe("a live thread", () => {
  it("keeps its receipts: a restored turn replays them", async () => {
    const { gate, store } = setting();
    await paid(gate);
    gate.advance(365 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 0, threads: 0 });
    expect(await store.getThread("default", "t")).toMatchObject({ state: "live" });
    const again = openThread(gate, { threadId: "t", agent: "mini", framework: "mini" });
    expect(await again.execute(proposed, () => "paid twice")).toMatchObject({ result: "paid", replayed: true });
  });

  it("replays an old turn of a purged one by refusing, not by asking anew", async () => {
    const { gate } = setting();
    const { thread, request } = await paid(gate);
    await thread.release("completed");
    gate.advance(31 * DAY);
    expect(await gate.purge(OLD)).toEqual({ requests: 1, threads: 1 });
    const again = openThread(gate, { threadId: "t", agent: "mini", framework: "mini" });
    const ran: string[] = [];
    expect(await again.mustWait(proposed)).toBe(false);
    expect(await codeOf(again.execute(proposed, () => ran.push("twice")))).toBe("PURGED");
    expect(await again.suspend([proposed], null)).toMatchObject([{ id: request.id, execution: "done" }]);
    expect(ran).toEqual([]);
    expect(gate.asked).toHaveLength(1);
  });

  it("begun while the purge was under way keeps everything, and the others go", async () => {
    let now = Date.now();
    const inner = memoryStore({ now: () => now });
    let meanwhile = async (): Promise<void> => {};
    const store: StorePort = {
      ...inner,
      commit: async (batch) => {
        if (batch.changes.some(({ op }) => op === "drop")) await meanwhile();
        return inner.commit(batch);
      },
    };
    const gate = createGate({ policy, store, warn: () => {} });
    const runner = createRunner(gate, { model: scripted([PAY], "paid", [PAY]), tools: { pay: () => "paid" } });
    const ids: string[] = [];
    for (const id of ["a", "b", "c"]) {
      const request = pendingOf(await runner.start(id, "go"));
      await gate.decide(request, approve(), { by: alice });
      await runner.resume(id);
      ids.push(request.id);
    }
    now += 31 * DAY;
    let outcome: RunOutcome<readonly Message[]> | undefined;
    meanwhile = async () => {
      meanwhile = async () => {};
      outcome = await runner.start("b", "and now?");
    };
    expect(await gate.purge(OLD)).toEqual({ requests: 2, threads: 2 });
    expect(outcome).toMatchObject({ status: "suspended" });
    expect((await Promise.all(ids.map((id) => gate.get(id)))).map((one) => one?.receipt?.status)).toEqual([undefined, "done", undefined]);
    expect((await inner.getThread("default", "b"))?.continuation).toBeDefined();
    await gate.verify();
  });

  it("begun between the look at it and the commit keeps its requests", async () => {
    let now = Date.now();
    const inner: StorePort = memoryStore({ now: () => now });
    let meanwhile = async (): Promise<void> => {};
    const commit: StorePort["commit"] = async (batch) => {
      if (batch.changes.some((change) => change.op === "put" && change.kind === "request" && change.record.state === "purged"))
        await meanwhile();
      return inner.commit(batch);
    };
    const store: StorePort = { ...inner, commit };
    const gate = createGate({ policy, store, warn: () => {} });
    const runner = createRunner(gate, { model: scripted([PAY], "paid", "ok"), tools: { pay: () => "paid" } });
    const request = pendingOf(await runner.start("t", "go"));
    await gate.decide(request, approve(), { by: alice });
    await runner.resume("t");
    now += 31 * DAY;
    meanwhile = async () => {
      meanwhile = async () => {};
      await runner.start("t", "and now?");
    };
    expect((await gate.purge(OLD)).requests).toBe(0);
    expect(await gate.get(request.id)).toMatchObject({ receipt: { status: "done" } });
  });
});
