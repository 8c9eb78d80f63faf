// What rules that count keep in their thread's record: the same as a count of everything that was recorded.
import { approve, createGate, definePolicy, edit, reject, type Gate, type PastCall, type Policy, type Principal } from "@countersign/core";
import { openThread, type Effect, type ProposedCall } from "@countersign/core/adapter";
import { proposedArgs, type RequestRecord, type StorePort, type ThreadRecord } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";

const alice: Principal = { id: "alice" };
const COUNTS = new Set(["approved", "executing", "done", "failed", "unknown"]);

interface Seen {
  readonly of: string;
  readonly count: number;
  readonly sum: number | string;
}

/** What each judgement saw, beside what there was. */
function watching(broken: (inner: StorePort) => Partial<StorePort> = () => ({})) {
  const seen: Seen[] = [];
  let clock = 1_700_000_000_000;
  const inner = memoryStore({ now: () => clock });
  const store: StorePort = { ...inner, ...broken(inner) };
  let asks = false;
  let times = 0;
  type Looks = { readonly history: { count(tool?: string): number; sum(path: string, tool?: string): number }; readonly tool: string };
  const look = ({ history, tool }: Looks): boolean => {
    times++;
    const sum = (): number | string => {
      try {
        return history.sum("args.amount", "pay*");
      } catch (error) {
        return (error as Error).message;
      }
    };
    seen.push({ of: tool, count: history.count(), sum: sum() });
    return asks;
  };
  const counts = { history: true, ask: look as never } as const;
  const policy = definePolicy({ default: "ask", tools: { pay: counts, pay_back: counts, "bank/pay": counts } });
  const gate: Gate = createGate({ policy, store, now: () => (clock += 1), warn: () => {} });
  const thread = (threadId = "t") => openThread(gate, { threadId, agent: "a", framework: "mini" });
  /** The latest judgement. */
  const last = (): Seen | undefined => seen.at(-1);
  return {
    gate,
    store,
    last,
    thread,
    times: () => times,
    ask: (next: boolean) => void (asks = next),
    pass: (ms: number) => void (clock += ms),
  };
}

/** By everything that is recorded. */
async function recount(store: StorePort, tool: string, except: string, threadId = "t"): Promise<Seen> {
  const calls: PastCall[] = (await store.requestsOfThread("default", threadId))
    .filter(({ id, state }) => id !== except && COUNTS.has(state))
    .map((record: RequestRecord) => ({ tool: record.tool, args: proposedArgs(record) }));
  const paid = calls.filter((call) => call.tool.startsWith("pay")).map(({ args }) => args["amount"]);
  const isSum = paid.every((amount) => typeof amount === "number");
  return {
    of: tool,
    count: calls.filter((call) => call.tool === tool).length,
    sum: isSum ? paid.reduce<number>((a, b) => a + Number(b), 0) : "no number at args.amount",
  };
}

const counted = async (store: StorePort, threadId = "t"): Promise<ThreadRecord["counted"]> =>
  (await store.getThread("default", threadId))?.counted;
const pay = (n: number, amount: unknown = n, tool = "pay"): ProposedCall => ({
  turnId: `m${n}`,
  callId: "c",
  tool,
  args: { amount },
});
const shown = ({ id, proposal }: RequestRecord) => ({ id, digest: proposal.digest });
const done: Effect<string> = () => "done";

/** Small, and the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

it.each(Array.from({ length: 12 }, (_, seed) => seed))(
  "whatever happens to its calls, a thread's totals are a recount's: %i",
  async (seed) => {
    const { gate, store, last, thread, ask } = watching();
    const roll = dice(seed + 1);
    const pick = <T>(all: readonly T[]): T | undefined => all[roll(all.length)];
    for (let n = 0; n < 60; n++) {
      const records = await store.requestsOfThread("default", "t");
      const pending = pick(records.filter(({ state }) => state === "pending"));
      const approved = pick(records.filter(({ state, ticket }) => state === "approved" && ticket));
      const step = roll(9);
      if (step === 0 && pending) await gate.decide(shown(pending), approve(), { by: alice });
      else if (step === 1 && pending) await gate.decide(shown(pending), reject("no"), { by: alice });
      else if (step === 2 && pending) {
        ask(roll(2) === 0);
        const amount = roll(100);
        await gate.decide(shown(pending), edit({ amount }), { by: alice });
        if (pending.tool.startsWith("pay")) expect(last()).toEqual(await recount(store, pending.tool, pending.id));
      } else if (step === 3 && approved) {
        const fails = roll(2) === 0;
        const effect = (): string => {
          if (fails) throw new Error("it failed");
          return "done";
        };
        await gate.execute({ id: approved.id, args: {} }, effect).catch(() => {});
      } else if (step === 4) {
        await gate.ask({ threadId: "t", tool: pick(["read", "look"]) ?? "look", args: { amount: roll(9) }, key: `k${n}` });
      } else if (step === 5) {
        ask(roll(2) === 0);
        const before = await recount(store, "pay_back", "");
        await gate.ask({ threadId: "t", tool: "pay_back", args: { amount: roll(9) }, key: `k${n}` });
        expect(last()).toEqual(before);
      } else {
        ask(roll(4) === 0);
        const before = await recount(store, "pay", "");
        const invocation = thread();
        const call = pay(n, seed % 4 === 3 && roll(20) === 0 ? "much" : roll(100));
        const waits = await invocation.mustWait(call, { fresh: roll(2) === 0 });
        expect(last()).toEqual(before);
        if (waits) await invocation.suspend([call], null);
        else if (roll(4) > 0) await invocation.execute(call, done);
        await invocation.release("suspended");
      }
    }
    const kept = await counted(store);
    const place = (await store.requestsOfThread("default", "t")).findIndex(({ id }) => id === kept?.through);
    expect(place).toBeGreaterThan(20);
    await gate.verify();
  },
);

it("reads what was recorded since, however much has finished", async () => {
  let read = 0;
  const count = <T extends object | undefined>(found: T): T => ((read += Array.isArray(found) ? found.length : 1), found);
  const { thread } = watching((inner) => ({
    requestsOfThread: async (...of) => count(await inner.requestsOfThread(...of)),
    requestsOfTurn: async (...of) => count(await inner.requestsOfTurn(...of)),
    getRequest: async (...of) => count(await inner.getRequest(...of)),
  }));
  const spent: number[] = [];
  for (let n = 0; n < 60; n++) {
    read = 0;
    await thread().execute(pay(n), done, { fresh: true });
    spent.push(read);
  }
  expect(new Set(spent.slice(2)).size).toBe(1);
  expect(spent.at(-1)).toBeLessThan(4);
});

it("asks a condition once, but for a question that is new in its thread", async () => {
  const { times, thread } = watching();
  const spent: number[] = [];
  for (const [n, tool] of ["pay", "pay", "pay", "pay_back", "pay_back", "pay"].entries()) {
    const before = times();
    await thread().execute(pay(n, n, tool), done, { fresh: true });
    spent.push(times() - before);
  }
  expect(spent).toEqual([1, 1, 1, 2, 1, 1]);
});

it("keeps the totals of calls by hand too", async () => {
  const { gate, store, last } = watching();
  for (let n = 0; n < 5; n++) {
    const approval = await gate.ask({ threadId: "t", tool: "pay", args: { amount: 10 }, key: `k${n}` });
    await gate.execute({ id: approval.id, args: {} }, done);
  }
  expect(last()).toEqual({ of: "pay", count: 4, sum: 40 });
  expect(await counted(store)).toMatchObject({ left: [], totals: [{ total: 4 }, { total: 40 }] });
});

it("knows what was counted for a call that then waits", async () => {
  const { store, thread, ask } = watching();
  for (let n = 0; n < 3; n++) {
    await thread().execute(pay(n), done, { fresh: true });
  }
  ask(true);
  const invocation = thread();
  expect(await invocation.mustWait(pay(9), { fresh: true })).toBe(true);
  await invocation.suspend([pay(9)], null);
  expect(await counted(store)).toMatchObject({ left: [], totals: [{ total: 3 }, { total: 3 }] });
});

it("goes no further than twenty that have not finished, and catches up", async () => {
  const { gate, store, last, thread } = watching();
  const approvals = [];
  for (let n = 0; n < 30; n++) approvals.push(await gate.ask({ threadId: "t", tool: "pay", args: { amount: 1 }, key: `k${n}` }));
  expect((await counted(store))?.left).toHaveLength(20);
  expect(last()).toMatchObject({ count: 29, sum: 29 });
  for (const approval of approvals) await gate.execute({ id: approval.id, args: {} }, done);
  for (let n = 0; n < 2; n++) await thread().execute(pay(n, 1), done, { fresh: true });
  expect(last()).toMatchObject({ count: 31, sum: 31 });
  expect(await counted(store)).toMatchObject({ left: [], totals: [{ total: 31 }, { total: 31 }] });
});

it("forgets the oldest of too many questions, and still knows the answers", async () => {
  const store = memoryStore();
  const found: number[] = [];
  let n = 0;
  const ask = ({ history }: { history: { count(tool?: string): number } }): boolean => {
    found.push(history.count());
    for (let k = 0; k < 7; k++) history.count(`pay*${n}-${k}`);
    return false;
  };
  const policy: Policy = definePolicy({ default: "ask", tools: { pay: { history: true, ask: ask as never } } });
  const gate = createGate({ policy, store, warn: () => {} });
  for (; n < 20; n++) {
    await openThread(gate, { threadId: "t", agent: "a", framework: "mini" }).execute(pay(n), done, { fresh: true });
    expect(found.at(-1)).toBe(n);
  }
  expect((await counted(store))?.totals).toHaveLength(50);
});

it("counts nothing that was purged", async () => {
  const { gate, store, last, pass } = watching();
  const ask = async (key: string): Promise<void> => {
    const { id } = await gate.ask({ threadId: "t", tool: "pay", args: { amount: 10 }, key });
    await gate.execute({ id, args: {} }, done);
  };
  for (const key of ["a", "b", "c"]) await ask(key);
  pass(10_000);
  await ask("d");
  expect(await gate.purge({ olderThan: "5s", by: { id: "retention", kind: "service" } })).toEqual({ requests: 3, threads: 0 });
  expect(await counted(store)).toBeUndefined();
  await ask("e");
  expect(last()).toEqual({ of: "pay", count: 1, sum: 10 });
  await gate.verify();
});

it("counts nothing that is purged at the same moment", async () => {
  const meanwhile: { run?: () => Promise<unknown> } = {};
  const { gate, last, pass } = watching((inner) => ({
    commit: async (batch) => {
      const { run } = meanwhile;
      if (run && batch.events.some(({ type }) => type === "purged")) {
        delete meanwhile.run;
        await run();
      }
      return inner.commit(batch);
    },
  }));
  const ask = async (key: string): Promise<void> => {
    const { id } = await gate.ask({ threadId: "t", tool: "pay", args: { amount: 10 }, key });
    await gate.execute({ id, args: {} }, done);
  };
  for (const key of ["a", "b", "c"]) await ask(key);
  pass(10_000);
  meanwhile.run = () => ask("d");
  const { requests } = await gate.purge({ olderThan: "5s", by: { id: "retention", kind: "service" } });
  await ask("e");
  expect(last()).toEqual({ of: "pay", count: 4 - requests, sum: 40 - 10 * requests });
  await gate.verify();
});

it("counts nothing that was purged between a judgement and its commit", async () => {
  const meanwhile: { run?: () => Promise<unknown> } = {};
  const { gate, last, pass } = watching((inner) => ({
    commit: async (batch) => {
      const { run } = meanwhile;
      delete meanwhile.run;
      await run?.();
      return inner.commit(batch);
    },
  }));
  const ask = async (key: string): Promise<void> => {
    const { id } = await gate.ask({ threadId: "t", tool: "pay", args: { amount: 10 }, key });
    await gate.execute({ id, args: {} }, done);
  };
  for (const key of ["a", "b", "c"]) await ask(key);
  pass(10_000);
  meanwhile.run = () => gate.purge({ olderThan: "5s", by: { id: "retention", kind: "service" } });
  await ask("d");
  expect(last()).toEqual({ of: "pay", count: 0, sum: 0 });
  await ask("e");
  expect(last()).toEqual({ of: "pay", count: 1, sum: 10 });
  await gate.verify();
});

it("is found by verify if somebody changes it by hand", async () => {
  const { gate, store, thread } = watching();
  for (let n = 0; n < 3; n++) await thread().execute(pay(n, 10), done, { fresh: true });
  const record = await store.getThread("default", "t");
  if (!record?.counted) throw new Error("nothing was counted");
  const { counted: kept } = record;
  const less = { ...record, counted: { ...kept, totals: kept.totals.map((total) => ({ ...total, total: 0 })) } };
  await store.commit({ tenant: "default", changes: [{ op: "put", kind: "thread", record: less, expects: record.version }], events: [] });
  await expect(gate.verify()).rejects.toMatchObject({ code: "AUDIT_BROKEN", details: { subject: "thread/t", field: "counted" } });
});

it("is right with a store that always gives all requests of a thread", async () => {
  const { last, thread } = watching((inner) => ({ requestsOfThread: (tenant, threadId) => inner.requestsOfThread(tenant, threadId) }));
  for (let n = 0; n < 6; n++) await thread().execute(pay(n, 10), done, { fresh: true });
  expect(last()).toEqual({ of: "pay", count: 5, sum: 50 });
});
