// Rules that count what already ran in the thread: claimed through the store, and closed when it doesn't answer.
import { createGate, definePolicy, approve, edit, isCountersignError, type Gate, type Policy, type Principal } from "@countersign/core";
import { openThread, type Effect, type ProposedCall } from "@countersign/core/adapter";
import { CountersignError, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const alice: Principal = { id: "alice" };
/** 10,000 a thread without a person, 50,000 with one. */
const policy = definePolicy({
  default: "allow",
  tools: {
    pay: {
      history: true,
      deny: ({ history, args }) => history.sum("args.amount") + Number(args["amount"]) > 50_000,
      ask: ({ history, args }) => history.sum("args.amount") + Number(args["amount"]) > 10_000 && "over 10,000 in this thread",
    },
    often: { history: true, ask: ({ history }) => history.count() >= 2 },
    unrecorded: { history: true, ask: ({ history }) => history.count("read") > 0 },
    read: "allow",
  },
});
const pay = (callId: string, amount: number, turnId = "m1"): ProposedCall => ({ turnId, callId, tool: "pay", args: { amount } });
type Tools = Readonly<Record<string, "allow" | "ask" | "deny" | { history?: true; ask: () => false }>>;
type Counts = { history: { count(tool: string): number } };
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

function setting(over: { store?: StorePort; policy?: Policy } = {}) {
  const store = over.store ?? memoryStore();
  const gate: Gate = createGate({ policy: over.policy ?? policy, store, warn: () => {} });
  const effects: unknown[] = [];
  const thread = (threadId = "t") => openThread(gate, { threadId, agent: "a", framework: "mini" });
  const effect: Effect<string> = (args) => (effects.push(args["amount"] ?? args), "done");
  return { gate, store, effects, effect, thread };
}

describe("a rule that counts", () => {
  it("allows up to the limit, call after call, records what it allowed, and asks beyond it", async () => {
    const { gate, effects, effect, thread } = setting();
    const invocation = thread();
    for (const [id, amount] of [
      ["a", 4_000],
      ["b", 6_000],
    ] as const) {
      expect(await invocation.mustWait(pay(id, amount), { fresh: true })).toBe(false);
      expect(await invocation.execute(pay(id, amount), effect, { fresh: true })).toMatchObject({ status: "ran", replayed: false });
    }
    expect(await invocation.mustWait(pay("c", 1), { fresh: true })).toBe(true);
    const [request] = await invocation.suspend([pay("c", 1)], null);
    expect(request).toMatchObject({ status: "pending", reason: "over 10,000 in this thread" });
    expect(effects).toEqual([4_000, 6_000]);
    const allowed = (await gate.list({ execution: "done" })).items;
    const byItself = { decisions: [], grantId: undefined, rule: "pay", reason: "the policy allows it" };
    expect(allowed.map(({ decisions, grantId, rule, reason }) => ({ decisions, grantId, rule, reason }))).toEqual([byItself, byItself]);
    await gate.verify();
  });

  it("counts each of three calls at the same moment: 4,000 three times is not all within 10,000", async () => {
    const { gate, effect, effects, thread } = setting();
    const calls = ["a", "b", "c"].map((id) => pay(id, 4_000));
    const waits = await Promise.all(calls.map(async (each) => thread().mustWait(each, { fresh: true })));
    expect(waits.filter(Boolean)).toHaveLength(1);
    await Promise.all(calls.map((each) => thread().execute(each, effect)));
    expect(effects).toEqual([4_000, 4_000]);
    expect((await gate.list({ status: "pending" })).items).toHaveLength(1);
    await gate.verify();
  });

  it("holds where no hook was asked: straight into execute", async () => {
    const { effect, effects, thread } = setting();
    const answers = await Promise.all(["a", "b", "c"].map((id) => thread().execute(pay(id, 4_000), effect, { fresh: true })));
    expect(answers.map(({ status }) => status).sort()).toEqual(["pending", "ran", "ran"]);
    expect(effects).toHaveLength(2);
  });

  it("finds a replayed call on record, and neither counts nor runs it twice", async () => {
    const { effect, effects, thread } = setting();
    for (let time = 0; time < 3; time++) {
      const invocation = thread();
      expect(await invocation.mustWait(pay("a", 9_000))).toBe(false);
      expect(await invocation.execute(pay("a", 9_000), effect)).toMatchObject({ status: "ran", replayed: time > 0 });
    }
    expect(effects).toEqual([9_000]);
    expect(await thread().mustWait(pay("b", 1_000), { fresh: true })).toBe(false);
    expect(await thread().mustWait(pay("c", 1), { fresh: true })).toBe(true);
  });

  it("counts by the thread and by the tool at hand", async () => {
    const { effect, thread } = setting();
    await thread().execute(pay("a", 10_000), effect, { fresh: true });
    expect(await thread("t2").mustWait(pay("a", 10_000), { fresh: true })).toBe(false);
    const often = (callId: string): ProposedCall => ({ turnId: "m2", callId, tool: "often", args: {} });
    for (const id of ["x", "y"]) await thread().execute(often(id), effect, { fresh: true });
    expect(await thread().mustWait(often("z"), { fresh: true })).toBe(true);
  });

  it("asks rather than counting calls that leave no record", async () => {
    const { thread } = setting();
    expect(await thread().mustWait({ turnId: "m", callId: "u", tool: "unrecorded", args: {} }, { fresh: true })).toBe(true);
  });

  it.each<[string, boolean, Tools, "allow" | "ask"]>([
    ["always asked about", true, { refund: "ask" }, "allow"],
    ["denied", true, { refund: "deny" }, "allow"],
    ["counted themselves", true, { refund: { history: true, ask: () => false } }, "allow"],
    ["asked about by default", true, {}, "ask"],
    ["allowed by default", false, {}, "allow"],
    ["sometimes asked about", false, { refund: { ask: () => false } }, "ask"],
    ["covered by a name that asks", true, { "ref*": "ask", "*": "allow" }, "ask"],
    ["allowed by a more specific name", false, { refund: "allow", "*": "ask" }, "ask"],
  ])("counts the calls of other tools if they are %s: %s", async (_, counted, tools, byDefault) => {
    const counting = { history: true, ask: ({ history }: Counts) => history.count("refund") > 0 };
    const { thread } = setting({ policy: definePolicy({ default: byDefault, tools: { ...tools, counting } }) });
    expect(await thread().mustWait({ turnId: "m", callId: "u", tool: "counting", args: {} }, { fresh: true })).toBe(!counted);
  });

  it.each<[string, boolean, Tools, "allow" | "ask"]>([
    ["pa*", true, { "pa*": "ask" }, "ask"],
    ["pa*", false, { "pa*": "ask" }, "allow"],
    ["pa*", false, { "pa*": "ask", pause: "allow" }, "ask"],
    ["pa*", false, { "*use": "allow" }, "ask"],
    ["pa*", true, { "re*": "allow" }, "ask"],
    ["bank/*", true, { "bank/*": "ask" }, "allow"],
    ["bank/*", false, { "bank/*": "ask", "bank/read": "allow" }, "allow"],
    ["bank/pay", false, { pay: "ask" }, "allow"],
  ])("%s stands for calls that are all on record: %s (%j, else %s)", async (name, counted, tools, byDefault) => {
    const counting = { history: true, ask: ({ history }: Counts) => history.count(name) > 0 };
    const { thread } = setting({ policy: definePolicy({ default: byDefault, tools: { ...tools, counting } }) });
    expect(await thread().mustWait({ turnId: "m", callId: "u", tool: "counting", args: {} }, { fresh: true })).toBe(!counted);
  });

  it("counts what a person approved, also while nobody knows how it ended, and not what was rejected or withdrawn", async () => {
    const { gate, effect, thread } = setting();
    const first = thread();
    await first.mustWait(pay("big", 30_000), { fresh: true });
    const [request] = await first.suspend([pay("big", 30_000)], null);
    expect(await thread().mustWait(pay("small", 9_000), { fresh: true })).toBe(false);
    if (!request) throw new Error("nothing pending");
    await gate.decide(request, approve(), { by: alice });
    expect(await thread().mustWait(pay("next", 1_000), { fresh: true })).toBe(true);
    expect(await thread().execute(pay("much", 11_001), effect, { fresh: true })).toMatchObject({ status: "refused", by: "policy" });
    await gate.cancel(request.id, { by: alice, reason: "second thoughts" });
    expect(await thread().mustWait(pay("last", 1_000), { fresh: true })).toBe(false);
  });

  it("lets a person's edit be judged by the history without the call itself", async () => {
    const { gate, effect, thread } = setting();
    await thread().execute(pay("a", 10_000), effect, { fresh: true });
    const invocation = thread();
    await invocation.mustWait(pay("b", 40_000), { fresh: true });
    const [request] = await invocation.suspend([pay("b", 40_000)], null);
    if (!request) throw new Error("nothing pending");
    expect(await codeOf(gate.decide(request, edit({ amount: 40_001 }), { by: alice }))).toBe("POLICY_DENIED");
    await gate.decide(request, edit({ amount: 39_999 }), { by: alice });
    expect(await thread().execute(pay("b", 40_000), effect)).toMatchObject({ status: "ran", args: { amount: 39_999 } });
    await gate.verify();
  });

  it("judges an edit and a call at the same moment one after the other", async () => {
    const inner = memoryStore();
    const meanwhile: { run?: () => Promise<unknown> } = {};
    const store: StorePort = {
      ...inner,
      commit: async (batch) => {
        const edits = batch.events.some(({ type }) => type === "approved");
        const { run } = meanwhile;
        if (edits && run) {
          delete meanwhile.run;
          await run();
        }
        return inner.commit(batch);
      },
    };
    const { gate, effect, effects, thread } = setting({ store });
    const invocation = thread();
    await invocation.mustWait(pay("b", 50_000), { fresh: true });
    const [request] = await invocation.suspend([pay("b", 50_000)], null);
    meanwhile.run = () => setting({ store: inner }).thread().execute(pay("a", 9_000), effect, { fresh: true });
    if (!request) throw new Error("nothing pending");
    expect(await codeOf(gate.decide(request, edit({ amount: 49_000 }), { by: alice }))).toBe("POLICY_DENIED");
    expect(effects).toEqual([9_000]);
  });

  it("holds for calls that are asked about by hand", async () => {
    const { gate } = setting();
    const ask = (key: string) => gate.ask({ threadId: "t", tool: "pay", args: { amount: 4_000 }, key });
    const answers = await Promise.all([ask("a"), ask("b"), ask("c")]);
    expect(answers.map(({ status }) => status).sort()).toEqual(["allowed", "allowed", "pending"]);
    expect((await gate.ask({ threadId: "t", tool: "pay", args: { amount: 42_001 }, key: "d" })).status).toBe("denied");
    await gate.verify();
  });

  it("counts turn-mates in the order of the turn, through a whole run", async () => {
    const { gate, effects } = setting();
    const turn = [4_000, 4_000, 4_000].map((amount, n) => call(`c${n}`, "pay", { amount, n }));
    const tools = { pay: (args: object) => (effects.push((args as { n: number }).n), "paid") };
    const runner = createRunner(gate, { model: scripted(turn, "done"), tools });
    const outcome = await runner.start("r", "go");
    if (outcome.status !== "suspended" || !outcome.pending[0]) throw new Error(outcome.status);
    expect(outcome.pending.map(({ args }) => args["n"])).toEqual([2]);
    await gate.decide(outcome.pending[0], approve(), { by: alice });
    expect(await runner.resume("r")).toMatchObject({ status: "completed" });
    expect(effects).toEqual([0, 1, 2]);
    await gate.verify();
  });

  it("runs nothing when the store doesn't answer", async () => {
    const down = async (): Promise<never> => {
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: false });
    };
    for (const broken of ["commit", "requestsOfThread", "getThread"] as const) {
      const { effect, effects, thread } = setting({ store: { ...memoryStore(), [broken]: down } });
      expect(await codeOf(Promise.resolve(thread().mustWait(pay("a", 1), { fresh: true })))).toBe("STORE_UNAVAILABLE");
      expect(await codeOf(thread().execute(pay("a", 1), effect, { fresh: true }))).toBe("STORE_UNAVAILABLE");
      expect(effects).toEqual([]);
    }
  });

  it("costs the calls of other tools nothing", async () => {
    let reads = 0;
    const inner = memoryStore();
    const store = new Proxy(inner, { get: (target, name, self) => (reads++, Reflect.get(target, name, self) as unknown) });
    const { effect, thread } = setting({ store });
    const invocation = thread();
    const read: ProposedCall = { turnId: "m", callId: "r", tool: "read", args: {} };
    reads = 0;
    expect(invocation.mustWait(read, { fresh: true })).toBe(false);
    await invocation.execute(read, effect, { fresh: true });
    expect(reads).toBe(0);
  });
});

describe("a thread that only has calls that were decided at once", () => {
  it("is nobody's to wake, until somebody is asked", async () => {
    const store = memoryStore();
    const { effect, thread } = setting({ store });
    const due = () => store.claimDue("thread", { tenant: "default", holder: "w", leaseMs: 1, limit: 9 });
    const invocation = thread();
    await invocation.execute(pay("a", 9_000), effect, { fresh: true });
    expect(await store.getThread("default", "t")).toMatchObject({ state: "live", notBefore: Number.MAX_SAFE_INTEGER });
    await invocation.release("suspended");
    await invocation.mustWait(pay("b", 9_000), { fresh: true });
    const [request] = await invocation.suspend([pay("b", 9_000)], null);
    expect(await due()).toEqual([]);
    await invocation.release("suspended");
    expect(request?.status).toBe("pending");
    expect(await store.getThread("default", "t")).toMatchObject({ state: "live", notBefore: 0, open: 1 });
  });

  it("keeps the input of a start that died, because nothing of the run was saved", async () => {
    const { gate, store } = setting();
    const dies = createRunner(gate, {
      model: scripted([call("a", "pay", { amount: 1 })], "done"),
      tools: { pay: () => Promise.reject(new CountersignError("STORE_UNAVAILABLE", { retryable: false })) },
    });
    await dies.start("r", "the input").catch(() => {});
    expect(await store.getThread("default", "r")).toMatchObject({ input: "the input", continuation: undefined });
  });
});
