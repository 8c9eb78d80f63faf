// What an invocation knows from the read that it began with, and what it has to look at anew.
import { createGate, createWorker, CountersignError, definePolicy, edit, reject, type Decision } from "@countersign/core";
import { defineRunner, openThread, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { unreadableRecord, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { expect, it, test } from "vitest";

const policy = definePolicy({ default: "ask", tools: { read: "allow" } });
const pay: ProposedCall = { turnId: "m1", callId: "c", tool: "pay", args: { amount: 9_000 } };
const DONE = { status: "completed", output: "done", text: "done", continuation: { format: 1, data: [] } } as const;

/** A thread whose hold has lapsed while its call waits, and a worker that takes it up. */
async function wokenWhilePending(advance: (thread: Thread, decide: (decision: Decision) => Promise<unknown>) => Promise<void>) {
  let passed = 0;
  const gate = createGate({ policy, store: memoryStore({ now: () => Date.now() + passed }), warn: () => {} });
  const decide = async (decision: Decision): Promise<unknown> => {
    const [request] = (await gate.list({ status: "pending" })).items;
    return request && gate.decide(request, decision, { by: { id: "alice" } });
  };
  const runner = defineRunner(gate, {
    name: "a",
    framework: "mini",
    advance: async (thread) => {
      await advance(thread, decide);
      return DONE;
    },
  });
  await openThread(gate, { threadId: "t", agent: "a", framework: "mini" }).suspend([pay], { format: 1, data: [] });
  passed = 60_000;
  expect(await createWorker(gate, [runner], { onError: (error) => expect(error).toBeUndefined() }).drain()).toMatchObject({ resumed: 1 });
}

test("what waited when a worker took the thread is looked at anew: an edit is previewed", () =>
  wokenWhilePending(async (thread, decide) => {
    await decide(edit({ amount: 1 }));
    expect(await thread.mustWait(pay)).toBe(false);
    expect(await thread.preview(pay)).toMatchObject({ status: "runs", args: { amount: 1 } });
    expect(await thread.execute(pay, (args) => args)).toMatchObject({ status: "ran", args: { amount: 1 } });
  }));

test("and so is a rejection", () =>
  wokenWhilePending(async (thread, decide) => {
    await decide(reject("no", { then: "stop" }));
    expect(await thread.mustWait(pay)).toBe(false);
    expect(await thread.preview(pay)).toMatchObject({ status: "refused", then: "stop" });
    expect(await thread.recorded(pay)).toMatchObject({ status: "rejected" });
  }));

it("lets go of its thread after a store that didn't answer once", async () => {
  const inner = memoryStore();
  let isAway = false;
  const now = async (): Promise<number> => {
    if (!isAway) return inner.now();
    isAway = false;
    throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
  };
  const store: StorePort = { ...inner, now };
  const gate = createGate({ policy, store, warn: () => {} });
  const advance = async () => {
    isAway = true;
    return DONE;
  };
  expect((await defineRunner(gate, { name: "a", framework: "mini", advance }).start("t", "go")).status).toBe("completed");
  expect(await inner.getThread("default", "t")).toMatchObject({ state: "closed" });
});

it("counts a thread of which something can't be read as a failed run", async () => {
  // It stands: else the run is due again where the machine stood still for a second.
  const start = Date.now();
  const inner = memoryStore({ now: () => start });
  let isDamaged = false;
  const damaged: Partial<StorePort> = {
    claimDue: async (...of) => (await inner.claimDue(...of)).map(({ id, fence }) => ({ id, fence })),
    readThread: async (...of) => {
      if (isDamaged) throw unreadableRecord("r1", "it was damaged");
      return inner.readThread(...of);
    },
  };
  const gate = createGate({ policy, store: { ...inner, ...damaged }, warn: () => {} });
  const runner = defineRunner(gate, { name: "a", framework: "mini", advance: async () => DONE });
  await openThread(gate, { threadId: "t", agent: "a", framework: "mini" }).save({ format: 1, data: [] });
  await inner.commit({
    tenant: "default",
    changes: [{ op: "put", kind: "thread", record: { ...(await thread()), leaseUntil: 0 }, expects: (await thread()).version }],
    events: [],
  });
  isDamaged = true;
  const failures: unknown[] = [];
  const worker = createWorker(gate, [runner], { onError: (error) => failures.push(error) });
  expect(await worker.drain()).toMatchObject({ resumed: 0, failed: 1 });
  expect(failures).toMatchObject([{ code: "STORE_UNAVAILABLE" }]);
  const left = await thread();
  expect(left).toMatchObject({ holder: undefined, lastError: expect.stringContaining("r1") });
  expect(left.notBefore).toBeGreaterThan(start);

  async function thread() {
    const found = await inner.getThread("default", "t");
    if (!found) throw new Error("there is no thread");
    return found;
  }
});
