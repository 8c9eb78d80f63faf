// The emergency brake: what it stops, when, and what it leaves as it was.
import {
  approve,
  createGate,
  createWorker,
  definePolicy,
  isCountersignError,
  type AuditEvent,
  type Gate,
  type Principal,
  type Store,
} from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import type { Batch, StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const policy = definePolicy({ tools: { pay: "ask", mail: "ask", read: "allow" } });
const alice: Principal = { id: "alice" };
const ops: Principal = { id: "ops" };
const why = { by: ops, reason: "fraud alert" };
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

const gateOn = (store: Store, tenant?: string) => createGate({ policy, store, tenant, warn: () => {} });

let keys = 0;
async function approved(gate: Gate, tool = "pay") {
  const approval = await gate.ask({ threadId: "t", tool, args: { amount: 1 }, key: `k${keys++}` });
  if (approval.status !== "pending") throw new Error(approval.status);
  await gate.decide(approval.request, approve(), { by: alice });
  return { id: approval.id, args: {} };
}

describe("a freeze", () => {
  it("stops what is signed, keeps the signature, and says who froze it and why", async () => {
    const gate = gateOn(memoryStore());
    const ticket = await approved(gate);
    const frozen = await gate.freeze({ tool: "pay" }, why);
    let ran = 0;
    const error = await gate.execute(ticket, () => ran++).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "FROZEN", details: { id: frozen.id, by: ops, reason: "fraud alert", tool: "pay" } });
    expect(await gate.get(ticket.id)).toMatchObject({ status: "approved", execution: "none" });
    await gate.liftFreeze(frozen.id, { by: ops });
    expect(await gate.execute(ticket, () => ++ran)).toBe(1);
  });

  it("tells of a name that nothing is known of, because a misspelt freeze stops nothing", async () => {
    const warn = vi.fn<(message: string) => void>();
    const store = memoryStore();
    const gate = createGate({ policy, store, warn });
    const desk = createGate({ store, warn });
    await approved(gate);
    warn.mockClear();
    for (const known of [{ tool: "pay" }, { tool: "pa*" }, {}]) await gate.freeze(known, why);
    await desk.freeze({ tool: "pay" }, why);
    expect(warn.mock.calls).toEqual([]);
    await gate.freeze({ tool: "pays" }, why);
    await desk.freeze({ tool: "pays", agent: "nobody" }, why);
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringMatching(/tool pays, .*Did you mean pay\?/),
      expect.stringMatching(/tool pays and agent nobody, .*misspelt/),
    ]);
  });

  it("is in force, and answered, also if nobody can look whether its name is known", async () => {
    const store = memoryStore();
    const listRequests = () => Promise.reject(new Error("the store is gone"));
    const gate = createGate({ store: { ...store, listRequests } as Store, warn: () => {} });
    const frozen = await gate.freeze({ tool: "pays" }, why);
    expect(await gateOn(store).freezes()).toEqual([frozen]);
  });

  it("answers the freeze, as gate.freezes lists it; by its id it is lifted", async () => {
    const gate = gateOn(memoryStore());
    const frozen = await gate.freeze({ tool: "pay" }, why);
    expect(frozen).toEqual({
      id: expect.any(String),
      tool: "pay",
      agent: undefined,
      by: ops,
      reason: "fraud alert",
      at: expect.any(Number),
    });
    expect(await gate.freezes()).toEqual([frozen]);
    for (const id of ["", 7, undefined, frozen]) expect(await codeOf(gate.liftFreeze(id as never, { by: ops }))).toBe("INVALID_ARGS");
    expect(await codeOf(gate.liftFreeze("f-1", { by: ops }))).toBe("FREEZE_NOT_FOUND");
    for (const given of [undefined, {}, { by: "ops" }, { by: { id: "" } }])
      expect(await codeOf(gate.liftFreeze(frozen.id, given as never))).toBe("INVALID_ARGS");
    expect(await gate.freezes()).toHaveLength(1);
    await gate.liftFreeze(frozen.id, { by: ops });
    expect(await gate.freezes()).toEqual([]);
  });

  it("may be decided under: people go on signing, and asking goes on", async () => {
    const gate = gateOn(memoryStore());
    await gate.freeze({}, why);
    expect(await codeOf(approved(gate))).toBe("none");
  });

  it.each<[string, object, string]>([
    ["its tool", { tool: "pay" }, "FROZEN"],
    ["tools of a pattern", { tool: "p*" }, "FROZEN"],
    ["everything", {}, "FROZEN"],
    ["another tool", { tool: "mail" }, "none"],
    ["an agent", { agent: "robot" }, "none"],
  ])("of %s", async (_, scope, code) => {
    const gate = gateOn(memoryStore());
    const ticket = await approved(gate);
    await gate.freeze(scope, why);
    expect(await codeOf(gate.execute(ticket, () => 1))).toBe(code);
  });

  it("lasts until each that covers a call is lifted; lifting again changes nothing", async () => {
    const gate = gateOn(memoryStore());
    const ticket = await approved(gate);
    const [one, all] = [await gate.freeze({ tool: "pay" }, why), await gate.freeze({}, why)];
    expect((await gate.freezes()).map(({ id }) => id)).toEqual([one.id, all.id]);
    await gate.liftFreeze(all.id, { by: ops });
    await gate.liftFreeze(all.id, { by: ops });
    expect(await codeOf(gate.execute(ticket, () => 1))).toBe("FROZEN");
    await gate.liftFreeze(one.id, { by: alice });
    expect(await gate.freezes()).toEqual([]);
    expect(await gate.execute(ticket, () => 1)).toBe(1);
  });

  it("is on record: who froze, who lifted; one taken out by hand is found", async () => {
    const store = memoryStore();
    const gate = gateOn(store);
    const frozen = await gate.freeze({ tool: "pay" }, why);
    await gate.freeze({}, why);
    await gate.liftFreeze(frozen.id, { by: alice });
    const events = await Array.fromAsync(gate.history("thread/countersign/freezes"));
    const inForce = ({ data }: AuditEvent): number => (data["context"] as { freezes: readonly unknown[] }).freezes.length;
    expect(events.map((event) => [event.type, event.actor?.id, inForce(event)])).toEqual([
      ["created", "countersign", 0],
      ["frozen", "ops", 1],
      ["frozen", "ops", 2],
      ["lifted", "alice", 1],
    ]);
    await gate.verify();
    const record = await store.getThread("default", "countersign/freezes");
    if (!record) throw new Error("no record");
    const put = { op: "put", kind: "thread", record: { ...record, context: { freezes: [] } }, expects: record.version } as const;
    await store.commit({ tenant: "default", changes: [put], events: [] });
    expect(await codeOf(gate.verify())).toBe("AUDIT_BROKEN");
  });

  it("crosses no tenant", async () => {
    const store = memoryStore();
    const [here, there] = [gateOn(store, "here"), gateOn(store, "there")];
    const ticket = await approved(there);
    await here.freeze({}, why);
    expect(await there.execute(ticket, () => 1)).toBe(1);
  });

  it.each<[string, unknown, unknown, string]>([
    ["a misspelt scope", { tol: "pay" }, why, "INVALID_ARGS"],
    ["an empty tool", { tool: "" }, why, "INVALID_ARGS"],
    ["nobody", {}, { reason: "x" }, "INVALID_ARGS"],
    ["no reason", {}, { by: ops, reason: "" }, "INVALID_ARGS"],
  ])("by or of %s is refused", async (_, scope, given, code) => {
    const gate = gateOn(memoryStore());
    expect(await codeOf(gate.freeze(scope as never, given as never))).toBe(code);
    expect(await gate.freezes()).toEqual([]);
  });

  it("that never was can't be lifted", async () => {
    const gate = gateOn(memoryStore());
    await gate.freeze({}, why);
    expect(await codeOf(gate.liftFreeze("nonsense", { by: ops }))).toBe("FREEZE_NOT_FOUND");
  });
});

describe("a thread's id", () => {
  it("can't be that of the freezes", async () => {
    const gate = gateOn(memoryStore());
    expect(await codeOf(gate.ask({ threadId: "countersign/freezes", tool: "pay", args: {}, key: "k" }))).toBe("INVALID_ARGS");
  });
});

describe("a freeze that comes while a call is being claimed", () => {
  /** A store in which something happens right before the commit of a claim. */
  function beforeClaims(happening: () => Promise<unknown>, after = false) {
    const store = memoryStore();
    let times = 0;
    const claims = ({ events }: Batch): boolean => events.some(({ type }) => type === "claimed");
    const commit = async (batch: Batch) => {
      const once = claims(batch) && times++ === 0;
      if (once && !after) await happening();
      const committed = await store.commit(batch);
      if (once && after) await happening();
      return committed;
    };
    return Object.assign(Object.create(store) as StorePort, { commit });
  }

  it.each([
    ["the first of all, before the claim", false, false],
    ["the first of all, after the claim", false, true],
    ["a later one, before the claim", true, false],
  ])("%s: once it has answered, nothing begins", async (_, earlier, after) => {
    const desk: { gate?: Gate } = {};
    const store = beforeClaims(() => desk.gate?.freeze({ tool: "pay" }, why) ?? Promise.resolve(), after);
    const gate = gateOn(store);
    desk.gate = gate;
    if (earlier) await gate.liftFreeze((await gate.freeze({ tool: "mail" }, why)).id, { by: ops });
    const ticket = await approved(gate);
    let ran = 0;
    expect(await codeOf(gate.execute(ticket, () => ran++))).toBe("FROZEN");
    expect(ran).toBe(0);
    expect(await gate.get(ticket.id)).toMatchObject({ status: "approved", execution: "none" });
    await gate.verify();
    for (const { id } of await gate.freezes()) await gate.liftFreeze(id, { by: ops });
    expect(await gate.execute(ticket, () => ++ran)).toBe(1);
  });

  it("of another tool: the claim finds out and is made again, once", async () => {
    const desk: { gate?: Gate } = {};
    const store = beforeClaims(() => desk.gate?.freeze({ tool: "mail" }, why) ?? Promise.resolve());
    const gate = gateOn(store);
    desk.gate = gate;
    await gate.freeze({ tool: "mail" }, why);
    const ticket = await approved(gate);
    expect(await gate.execute(ticket, () => 1)).toBe(1);
    const types = (await Array.fromAsync(gate.history(ticket.id))).map(({ type }) => type);
    expect(types.filter((type) => type === "claimed")).toHaveLength(1);
  });
});

describe("a run under a freeze", () => {
  it("fails, and goes on where it was after the lift; an allowed call is stopped too", async () => {
    const store = memoryStore();
    const gate = gateOn(store);
    const other = gateOn(store);
    const ran: string[] = [];
    const tools = { pay: () => ran.push("pay"), read: () => ran.push("read") };
    const runner = createRunner(gate, { model: scripted([call("1", "pay", {}), call("2", "read", {})]), tools });
    const outcome = await runner.start("t", "go");
    if (outcome.status !== "suspended") throw new Error(outcome.status);
    for (const request of outcome.pending) await gate.decide(request, approve(), { by: alice });
    const frozen = await other.freeze({}, why);
    expect(await codeOf(runner.resume("t"))).toBe("FROZEN");
    expect(ran).toEqual([]);
    await gate.liftFreeze(frozen.id, { by: ops });
    const after = await runner.resume("t");
    expect([after.status, ran]).toEqual(["completed", ["pay", "read"]]);
  });

  it("that a worker wakes looks while it begins, and its allowed calls wait for that", async () => {
    const store = memoryStore();
    const [asks, other] = [gateOn(store), gateOn(store)];
    const ran: string[] = [];
    const tools = { pay: () => ran.push("pay"), read: () => ran.push("read") };
    const agent = { model: scripted([call("1", "read", {}), call("2", "pay", {})]), tools };
    const outcome = await createRunner(asks, agent).start("t", "go");
    if (outcome.status !== "suspended") throw new Error(outcome.status);
    for (const request of outcome.pending) await asks.decide(request, approve(), { by: alice });
    const getThread = async (tenant: string, id: string) => {
      if (id === "countersign/freezes") await new Promise((resolve) => setTimeout(resolve, 50));
      return store.getThread(tenant, id);
    };
    const wakes = gateOn(Object.assign(Object.create(store) as StorePort, { getThread }));
    // Known to be lifted, so that only the look beside finds the next one.
    await wakes.liftFreeze((await wakes.freeze({ tool: "mail" }, why)).id, { by: ops });
    await other.freeze({ tool: "read" }, why);
    const failures: unknown[] = [];
    const worker = createWorker(wakes, [createRunner(wakes, agent)], { onError: (error) => failures.push(error) });
    await worker.drain();
    expect(failures).toMatchObject([{ code: "FROZEN" }]);
    expect(ran).not.toContain("read");
  });

  it("is stopped in the middle too: as long as allowed calls keep coming, the process looks beside them", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const store = memoryStore();
    const looks = vi.spyOn(store, "getThread");
    const [gate, other] = [gateOn(store), gateOn(store)];
    const thread = openThread(gate, { threadId: "t", agent: "mini", framework: "mini" });
    const read = (callId: string) => thread.execute({ turnId: "m", callId, tool: "read", args: {} }, () => 1, { fresh: true });
    await read("1");
    const frozen = await other.freeze({ tool: "read" }, why);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await codeOf(read("2"))).toBe("FROZEN");
    await gate.liftFreeze(frozen.id, { by: ops });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await codeOf(read("3"))).toBe("none");
    // A minute after the last allowed call it stops looking.
    await vi.advanceTimersByTimeAsync(120_000);
    looks.mockClear();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(looks).not.toHaveBeenCalled();
  });

  it("stays known, whatever a look brings that began before it", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const store = memoryStore();
    const looked = Promise.withResolvers<undefined>();
    let reads = 0;
    const getThread = (tenant: string, id: string) => (reads++ === 0 ? looked.promise : store.getThread(tenant, id));
    const gate = gateOn(Object.assign(Object.create(store) as StorePort, { getThread }));
    const thread = openThread(gate, { threadId: "t", agent: "mini", framework: "mini" });
    const read = (callId: string) => thread.execute({ turnId: "m", callId, tool: "read", args: {} }, () => 1, { fresh: true });
    await read("1");
    await vi.advanceTimersByTimeAsync(1_000);
    await gate.freeze({ tool: "read" }, why);
    looked.resolve(undefined);
    await vi.advanceTimersByTimeAsync(1);
    expect(await codeOf(read("2"))).toBe("FROZEN");
  });

  it("an allowed call reads nothing, and needs no store that is away", async () => {
    const store = memoryStore();
    let reads = 0;
    const away = Object.assign(Object.create(store) as StorePort, {
      getThread: async (tenant: string, id: string) => {
        if (id !== "countersign/freezes") return store.getThread(tenant, id);
        reads++;
        throw new Error("the store is away");
      },
    });
    let ran = 0;
    const calls = Array.from({ length: 50 }, (_, i) => call(String(i), "read", {}));
    const runner = createRunner(gateOn(away), { model: scripted(calls), tools: { read: () => ++ran } });
    expect((await runner.start("t", "go")).status).toBe("completed");
    expect([ran, reads]).toEqual([50, 2]);
  });
});
