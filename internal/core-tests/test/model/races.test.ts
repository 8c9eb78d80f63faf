import { approve, createGate, createWorker, definePolicy, type AgentRunner, type Gate } from "@countersign/core";
import { defineRunner, openThread, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { CountersignError, type AuditEvent, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** What schedules of the model have found, each as a story of its own. */

const MINUTE = 60_000;
const LEASE = MINUTE;
const alice = { id: "alice" };
const policy = definePolicy({ tools: { pay: { ask: true, review: { executeWithin: "2m" } }, read: "allow" } });

let clock = 0;
let records: StorePort;
beforeEach(() => {
  clock = 1_700_000_000_000;
  records = memoryStore({ now: () => clock });
});
afterEach(() => void vi.useRealTimers());

/** The gate of one process, whose store does something else besides. */
const gateOn = (broken: Partial<StorePort> = {}): Gate =>
  createGate({ policy, store: { ...records, ...broken }, now: () => clock, warn: () => {} });
const pay = (callId: string, turnId = "m1"): ProposedCall => ({ turnId, callId, tool: "pay", args: { to: callId } });
const read: ProposedCall = { turnId: "m1", callId: "r", tool: "read", args: {} };
const native = (gate: Gate, threadId = "t"): Thread => openThread(gate, { threadId, agent: "a", framework: "mini" });
const has = (events: readonly AuditEvent[], type: string): boolean => events.some((event) => event.type === type);

function runnerOf(gate: Gate, advance: (thread: Thread) => Promise<readonly ProposedCall[]>): AgentRunner {
  return defineRunner<string, string>(gate, {
    name: "a",
    framework: "mini",
    keepsConversation: true,
    advance: async (thread) => {
      const calls = await advance(thread);
      return calls.length > 0 ? { status: "suspended", calls, continuation: null } : { status: "completed", output: "", text: "" };
    },
  });
}

/** A thread that waits for one signature and is held by nobody. */
async function suspended(call = pay("c1")): Promise<void> {
  const thread = native(gateOn());
  await thread.suspend([call], null);
  await thread.release("suspended");
}

async function sign(gate = gateOn()): Promise<void> {
  for (const request of (await gate.list({ status: "pending" })).items) await gate.decide(request, approve(), { by: alice });
}

const leaseOfThread = async (): Promise<number> => (await records.getThread("default", "t"))?.leaseUntil ?? 0;

it("doesn't believe a claim to be longer than the store does, when reads are slow", async () => {
  await suspended();
  await sign();
  let slow = true;
  const gate = gateOn({
    requestsOfTurn: async (...given) => {
      const found = await records.requestsOfTurn(...given);
      if (slow && found.some(({ state }) => state === "approved")) clock += LEASE + 1;
      slow = false;
      return found;
    },
  });
  const [request] = (await gate.list()).items;
  const begun = await gate.execute(
    { id: request?.id ?? "", args: {} },
    async () => (await records.getRequest("default", request?.id ?? ""))?.leaseUntil ?? 0,
  );
  expect(begun).toBeGreaterThan(clock);
});

it("doesn't believe a thread's lease to be longer than the store does, when the claim is answered late", async () => {
  await suspended();
  await sign();
  const gate = gateOn({
    claimDue: async (kind, options) => {
      const due = await records.claimDue(kind, options);
      if (kind === "thread" && due.length > 0) clock += LEASE + 1;
      return due;
    },
  });
  const leases: number[] = [];
  const runner = runnerOf(gate, async (thread) => {
    await thread.execute(read, async () => leases.push(await leaseOfThread()), { fresh: true });
    return [];
  });
  await createWorker(gate, [runner], { onError: () => {} }).drain({ limit: 1 });
  expect(leases).toEqual([]);
});

it("doesn't believe a thread's lease to be longer than the store does, when the suspension is answered late", async () => {
  const gate = gateOn({
    commit: async (batch) => {
      const committed = await records.commit(batch);
      if (has(batch.events, "suspended")) clock += LEASE + 1;
      return committed;
    },
  });
  const leases: number[] = [];
  const runner = runnerOf(gate, async (thread) => {
    await thread.suspend([pay("c1")], null);
    await thread.execute(read, async () => leases.push(await leaseOfThread()), { fresh: true });
    return [pay("c1")];
  });
  await expect(runner.start("t", "hello")).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(leases).toEqual([]);
});

it("starts no allowed call when reading its turn took longer than the lease", async () => {
  const gate = gateOn({
    requestsOfTurn: async (...given) => {
      clock += LEASE + 1;
      return records.requestsOfTurn(...given);
    },
  });
  const effects: string[] = [];
  const runner = runnerOf(gate, async (thread) => {
    await thread.execute(read, () => effects.push("read"));
    return [];
  });
  // Of a thread that a run begins itself nothing is read.
  await runnerOf(gateOn(), async () => []).start("t", "hi");
  await expect(runner.start("t", "hello")).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(effects).toEqual([]);
});

it("doesn't expire the sibling that was signed first while the turn still waits for the others", async () => {
  const thread = native(gateOn());
  await thread.suspend([pay("c1"), pay("c2")], null);
  await thread.release("suspended");
  const gate = gateOn();
  const runner = runnerOf(gate, async () => []);
  const [first, second] = (await gate.list()).items;
  if (!first || !second) throw new Error("nothing was asked");
  await gate.decide(first, approve(), { by: alice });
  clock += 5 * MINUTE;
  await runner.resume("t");
  await gate.decide(second, approve(), { by: alice });
  expect((await gate.get(first.id))?.status).toBe("approved");
  clock += 2 * MINUTE;
  await createWorker(gate, [runner]).drain();
  expect((await gate.get(first.id))?.status).toBe("expired");
});

it("begins no call later than it may, when its sibling is signed while the claim is under way", async () => {
  const thread = native(gateOn());
  await thread.suspend([pay("c1"), pay("c2")], null);
  const [first, second] = (await gateOn().list()).items;
  if (!first || !second) throw new Error("nothing was asked");
  await gateOn().decide(first, approve(), { by: alice });
  let claims = 0;
  const slow = gateOn({
    commit: async (batch) => {
      if (has(batch.events, "claimed") && claims++ === 0) {
        await gateOn().decide(second, approve(), { by: alice });
        clock += 5 * MINUTE;
      }
      return records.commit(batch);
    },
  });
  const effects: string[] = [];
  const execution = await native(slow).execute(pay(String(first.args["to"])), () => effects.push("paid"));
  expect(execution.status).toBe("refused");
  expect(effects).toEqual([]);
});

it.for(["suspended", "completed"] as const)("lets a native invocation that has lost its thread withdraw nothing (%s)", async (ending) => {
  const late = native(gateOn());
  await late.suspend([pay("c1")], null);
  clock += LEASE;
  await sign();
  const gate = gateOn();
  const runner = runnerOf(gate, async (thread) => {
    await thread.execute(pay("c1"), () => "paid");
    return [pay("c2", "m2")];
  });
  await createWorker(gate, [runner]).drain();
  await late.release(ending);
  expect((await gate.list({ status: "pending" })).items).toHaveLength(1);
  expect((await records.getThread("default", "t"))?.state).toBe("live");
});

it("knows what it suspended when the answer was lost", async () => {
  let lost = false;
  const deaf = gateOn({
    commit: async (batch) => {
      const committed = await records.commit(batch);
      if (has(batch.events, "suspended") && !lost) {
        lost = true;
        throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
      }
      return committed;
    },
  });
  const late = native(deaf);
  await late.suspend([pay("c1")], null);
  clock += LEASE;
  await sign();
  const gate = gateOn();
  await createWorker(gate, [runnerOf(gate, async () => [pay("c2", "m2")])]).drain();
  await late.release("suspended");
  expect((await gate.list({ status: "pending" })).items).toHaveLength(1);
});

it("resumes nothing when a request is asked between the reads", async () => {
  await suspended();
  await sign();
  let meanwhile = true;
  const gate = gateOn({
    getThread: async (...given) => {
      if (meanwhile) {
        meanwhile = false;
        await records.requestsOfThread("default", "t");
        const other = native(gateOn());
        await other.suspend([pay("c1"), pay("c2")], null);
        await other.release("suspended");
      }
      return records.getThread(...given);
    },
  });
  let advanced = 0;
  const outcome = await runnerOf(gate, async () => (advanced++, [])).resume("t");
  expect(outcome.status).toBe("suspended");
  expect(advanced).toBe(0);
});

it("never shortens a thread's lease by a sign of life that was overtaken", async () => {
  vi.useFakeTimers({ now: clock });
  records = memoryStore();
  const overtaken = Promise.withResolvers<void>();
  let beats = Infinity;
  const store: StorePort = {
    ...records,
    getThread: async (...given) => {
      if (beats++ === 0) await overtaken.promise;
      return records.getThread(...given);
    },
  };
  const running = Promise.withResolvers<readonly ProposedCall[]>();
  const gate = createGate({ policy, store, warn: () => {} });
  const work = runnerOf(gate, () => ((beats = 0), running.promise)).start("t", "hello");
  await vi.advanceTimersByTimeAsync((LEASE * 2) / 3 + 1);
  const lease = await leaseOfThread();
  overtaken.resolve();
  await vi.advanceTimersByTimeAsync(1);
  // The first sign of life has been overtaken by another one.
  expect(beats).toBeGreaterThan(1);
  expect(await leaseOfThread()).toBe(lease);
  running.resolve([]);
  await work;
});

it("never shortens a claim by a sign of life that was overtaken", async () => {
  vi.useFakeTimers({ now: clock });
  records = memoryStore();
  const overtaken = Promise.withResolvers<void>();
  let beats = Infinity;
  const store: StorePort = {
    ...records,
    getRequest: async (...given) => {
      if (beats++ === 0) await overtaken.promise;
      return records.getRequest(...given);
    },
  };
  const gate = createGate({ policy, store, warn: () => {} });
  const thread = native(gate);
  const [request] = await thread.suspend([pay("c1")], null);
  await gate.decide(request ?? { id: "", digest: "" }, approve(), { by: alice });
  const running = Promise.withResolvers<string>();
  const work = thread.execute(pay("c1"), () => ((beats = 0), running.promise));
  const lease = async (): Promise<number> => (await records.getRequest("default", request?.id ?? ""))?.leaseUntil ?? 0;
  await vi.advanceTimersByTimeAsync((LEASE * 2) / 3 + 1);
  const before = await lease();
  overtaken.resolve();
  await vi.advanceTimersByTimeAsync(1);
  expect(beats).toBeGreaterThan(1);
  expect(await lease()).toBe(before);
  running.resolve("paid");
  await work;
});

it("resumes no thread that has only seen questions by hand", async () => {
  const gate = gateOn();
  await gate.ask({ threadId: "t", tool: "read", args: {}, key: "k" });
  let advanced = 0;
  await expect(runnerOf(gate, async () => (advanced++, [])).resume("t")).rejects.toMatchObject({ code: "THREAD_UNKNOWN" });
  expect(advanced).toBe(0);
});

it("wakes a thread on which a framework began after a question by hand", async () => {
  const gate = gateOn();
  await gate.ask({ threadId: "t", tool: "read", args: {}, key: "k" });
  await suspended();
  await sign();
  const effects: string[] = [];
  const runner = runnerOf(gate, async (thread) => {
    await thread.execute(pay("c1"), () => effects.push("paid"));
    return [];
  });
  await createWorker(gate, [runner]).drain();
  expect(effects).toEqual(["paid"]);
});

/** A call by hand that is executing in thread `t`. `fail`: its tool meets an outage. */
async function executing(): Promise<{ readonly id: string; readonly fail: () => Promise<void> }> {
  const { id } = await gateOn().ask({ threadId: "t", tool: "read", args: {}, key: "k" });
  const begun = Promise.withResolvers<void>();
  const effect = Promise.withResolvers<never>();
  const execution = gateOn().execute({ id, args: {} }, () => (begun.resolve(), effect.promise));
  await begun.promise;
  const fail = (): Promise<void> => {
    effect.reject(new CountersignError("STORE_UNAVAILABLE", { retryable: true }));
    return expect(execution).rejects.toMatchObject({ code: "EXECUTION_UNKNOWN" });
  };
  return { id, fail };
}

/** How it becomes unknown. */
const ENDINGS: { readonly [ending: string]: (call: Awaited<ReturnType<typeof executing>>) => Promise<unknown> } = {
  "its process died, and a sweep finds it": () => {
    clock += LEASE + 1;
    return createWorker(gateOn(), []).drain();
  },
  "its process died, and another one tries it": ({ id }) => {
    clock += LEASE + 1;
    return expect(gateOn().execute({ id, args: {} }, () => "again")).rejects.toMatchObject({ code: "EXECUTION_UNKNOWN" });
  },
  "its tool met an outage": ({ fail }) => fail(),
};

it.for(Object.keys(ENDINGS).flatMap((ending) => (["start", "resume"] as const).map((move) => [move, ending] as const)))(
  "a %s takes no thread in which a call by hand has just become unknown: %s",
  async ([move, ending]) => {
    await suspended();
    await sign();
    if (move === "start") await native(gateOn()).release("completed");
    const call = await executing();
    let takes = 0;
    const gate = gateOn({
      commit: async (batch) => {
        const isTaking = has(batch.events, "started") || has(batch.events, "resumed");
        if (isTaking && takes++ === 0) await ENDINGS[ending]?.(call);
        return records.commit(batch);
      },
    });
    let advanced = 0;
    const runner = runnerOf(gate, async () => (advanced++, []));
    const taking = move === "start" ? runner.start("t", "hello") : runner.resume("t");
    await expect(taking).rejects.toMatchObject({ code: "EXECUTION_UNKNOWN" });
    expect([takes, advanced]).toEqual([1, 0]);
  },
);
