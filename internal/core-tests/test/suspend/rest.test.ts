import { approve, createGate, CountersignError, definePolicy, type Principal } from "@countersign/core";
import { defineRunner, type ProposedCall } from "@countersign/core/adapter";
import type { Batch, StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const policy = definePolicy({ default: "ask", review: { remember: ["tool"] }, tools: {} });
const alice: Principal = { id: "alice" };
const PAY = call("call_0", "pay", { amount: 4_200 });

/** A run whose framework leaves the recording to the runner. `around` stands between core and the store's commit. */
function setting(
  around: (write: () => ReturnType<StorePort["commit"]>, batch: Batch) => ReturnType<StorePort["commit"]> = (write) => write(),
) {
  const inner = memoryStore();
  const batches: Batch[] = [];
  const commit: StorePort["commit"] = (batch) => {
    batches.push(batch);
    return around(() => inner.commit(batch), batch);
  };
  const gate = createGate({ policy, store: { ...inner, commit } as StorePort, warn: () => {} });
  const effects: object[] = [];
  const agent = { model: scripted([PAY], "done"), tools: { pay: (args: object) => (effects.push(args), "paid") } };
  const thread = async () => there(await inner.getThread("default", "t"));
  return { gate, inner, batches, effects, thread, runner: createRunner(gate, agent) };
}

/** What is there for sure. */
function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not there");
  return value;
}
const isPause = ({ events }: Batch): boolean => events.some(({ type }) => type === "suspended");

describe("a pause that the runner records", () => {
  it("lets go of the thread in the write that records the request", async () => {
    const { batches, thread, runner, gate, effects } = setting();
    const outcome = await runner.start("t", "go");
    expect(batches.filter(isPause)).toHaveLength(1);
    expect(await thread()).toMatchObject({ state: "live", open: 1, holder: undefined, leaseUntil: 0, notBefore: 0, fence: 1 });
    const [request] = outcome.status === "suspended" ? outcome.pending : [];
    await gate.decide(there(request), approve(), { by: alice });
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(effects).toEqual([PAY.args]);
    await gate.verify();
  });

  it("is written once, also if its answer is lost", async () => {
    let lost = 0;
    const { inner, thread, runner, gate } = setting(async (write, batch) => {
      const committed = await write();
      if (isPause(batch) && lost++ === 0) throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
      return committed;
    });
    const outcome = await runner.start("t", "go");
    expect(outcome).toMatchObject({ status: "suspended", pending: [{ tool: "pay" }] });
    expect(await inner.requestsOfThread("default", "t")).toHaveLength(1);
    expect(await thread()).toMatchObject({ open: 1, holder: undefined });
    expect(lost).toBe(1);
    await gate.verify();
  });

  it("is no lost lease if its answer is lost and another process has gone on meanwhile", async () => {
    let taken: readonly unknown[] = [];
    const { inner, runner } = setting(async (write, batch) => {
      const committed = await write();
      if (!isPause(batch)) return committed;
      const [request] = await inner.requestsOfThread("default", "t");
      const { id, proposal } = there(request);
      await createGate({ policy, store: inner, warn: () => {} }).decide({ id, digest: proposal.digest }, approve(), { by: alice });
      taken = await inner.claimDue("thread", { tenant: "default", holder: "run:other", leaseMs: 60_000, limit: 1 });
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
    });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [] });
    expect(taken).toMatchObject([{ id: "t", fence: 2 }]);
  });

  it("is the end of a run whose framework keeps the conversation, too, if its answer is lost and all is decided by then", async () => {
    const inner = memoryStore();
    const desk = createGate({ policy, store: inner, warn: () => {} });
    const commit: StorePort["commit"] = async (batch) => {
      const committed = await inner.commit(batch);
      if (!isPause(batch)) return committed;
      const [request] = await inner.requestsOfThread("default", "t");
      const { id, proposal } = there(request);
      await desk.decide({ id, digest: proposal.digest }, approve(), { by: alice });
      await inner.claimDue("thread", { tenant: "default", holder: "run:other", leaseMs: 60_000, limit: 1 });
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
    };
    const gate = createGate({ policy, store: { ...inner, commit } as StorePort, warn: () => {} });
    const pay: ProposedCall = { turnId: "m", callId: "c", tool: "pay", args: { amount: 5 } };
    let advances = 0;
    const runner = defineRunner<string, string>(gate, {
      name: "keeper",
      framework: "keeper",
      keepsConversation: true,
      async advance(thread) {
        advances++;
        if (await thread.mustWait(pay)) return { status: "suspended", calls: [pay], continuation: null };
        return { status: "completed", output: "done", text: "done" };
      },
    });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [] });
    expect(advances).toBe(1);
  });

  it("is written again if it never reached the store, and refused if the lease went meanwhile", async () => {
    let tries = 0;
    const { inner, runner } = setting(async (write, batch) => {
      if (!isPause(batch)) return write();
      if (tries++ > 0) return write();
      const thread = there(await inner.getThread("default", "t"));
      const record = {
        ...thread,
        version: thread.version + 1,
        fence: thread.fence + 1,
        holder: "run:other",
        leaseUntil: Number.MAX_SAFE_INTEGER,
      };
      await inner.commit({ tenant: "default", changes: [{ op: "put", kind: "thread", record, expects: thread.version }], events: [] });
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
    });
    await expect(runner.start("t", "go")).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await inner.requestsOfThread("default", "t")).toEqual([]);
  });

  it("keeps the thread if a remembered decision answers everything", async () => {
    const { batches, runner, gate, effects } = setting();
    const outcome = await runner.start("t", "go", { requestedBy: "bob" });
    const [request] = outcome.status === "suspended" ? outcome.pending : [];
    await gate.decide(there(request), approve({ remember: { scope: "tool", within: "requester" } }), { by: alice });
    await runner.resume("t");
    batches.length = 0;
    expect(await runner.start("t2", "go", { requestedBy: "bob" })).toMatchObject({ status: "completed" });
    expect(batches.some(isPause)).toBe(false);
    expect(effects).toHaveLength(2);
  });

  it("withdraws in the same write what an earlier pause asked and this one doesn't", async () => {
    const { batches, inner, runner, gate } = setting();
    const first = await runner.start("t", "go");
    const [old] = first.status === "suspended" ? first.pending : [];
    expect(old?.status).toBe("pending");
    // The model has answered otherwise: another turn, another call.
    const other = createRunner(gate, { model: scripted([call("call_9", "pay", { amount: 7 })], "done"), tools: { pay: () => "paid" } });
    const stored = there(await inner.getThread("default", "t"));
    const record = { ...stored, version: stored.version + 1, continuation: undefined, input: "go" };
    await inner.commit({
      tenant: "default",
      changes: [{ op: "put", kind: "thread", record, expects: stored.version }],
      events: [],
    });
    const approvedOld = await gate.decide(there(old), approve(), { by: alice });
    batches.length = 0;
    const second = await other.resume("t");
    expect(second).toMatchObject({ status: "suspended", pending: [{ args: { amount: 7 } }] });
    expect(batches.filter(isPause)).toHaveLength(1);
    expect(await gate.get(approvedOld.id)).toMatchObject({ status: "cancelled" });
  });
});
