// What came of an effect that was started is never guessed: if what it threw tells nothing, it is unknown.
import { approve, createGate, definePolicy, isCountersignError, type Gate } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const policy = definePolicy({ tools: { pay: "ask", send: { ask: true, idempotent: true }, mail: "allow", note: "allow" } });
const by = { id: "alice" };
const why = { by, reason: "stop" };

async function approved(gate: Gate, tool: "pay" | "send" = "pay", key = "k"): Promise<{ id: string; args: object }> {
  const asked = await gate.ask({ threadId: "t", key, tool, args: {} });
  if (asked.status !== "pending") throw new Error(asked.status);
  await gate.decide(asked.request, approve(), { by });
  return asked.request;
}

/** The second step of a tool, by the documented way. */
async function mail(gate: Gate, key = "m"): Promise<void> {
  const ticket = await gate.ask({ threadId: "mails", key, tool: "mail", args: {} });
  if (ticket.status !== "allowed") throw new Error(ticket.status);
  await gate.execute(ticket, () => "sent");
}

async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(() => "nothing", (error: unknown) => error); // prettier-ignore
}
const typesOf = async (gate: Gate, id: string): Promise<readonly string[]> =>
  (await Array.fromAsync(gate.history(id))).map(({ type }) => type);

describe("an effect that met an error which means “not now”", () => {
  async function frozen(tool: "pay" | "send" = "pay") {
    const gate = testGate(policy);
    const ticket = await approved(gate, tool);
    const freeze = await gate.freeze({ tool: "mail" }, why);
    return { gate, ticket, freeze };
  }

  it.each<[string, (gate: Gate) => Promise<unknown>]>([
    ["lets it out", (gate) => mail(gate)],
    [
      "throws its own instead",
      (gate) =>
        mail(gate).catch(() => {
          throw new Error("the mail failed");
        }),
    ],
    [
      "throws something else much later",
      async (gate) => {
        await mail(gate).catch(() => {});
        throw new Error("no paper");
      },
    ],
    ["meets it in a call that the policy allows", noting],
  ])("and %s is unknown, and does not run again", async (_, effect) => {
    const { gate, ticket, freeze } = await frozen();
    let ran = 0;
    const run = (): Promise<unknown> => gate.execute(ticket, () => (ran++, effect(gate)));
    expect(await thrown(run())).toMatchObject({ code: "EXECUTION_UNKNOWN", cause: { code: "FROZEN" } });
    await gate.liftFreeze(freeze.id, { by });
    expect(await thrown(run())).toMatchObject({ code: "EXECUTION_UNKNOWN" });
    expect([ran, (await gate.get(ticket.id))?.execution]).toEqual([1, "unknown"]);
    await gate.verify();
  });

  /** An allowed call that makes something else of what it met. */
  async function noting(gate: Gate): Promise<void> {
    const thread = openThread(gate, { threadId: "inner", agent: "a", framework: "f" });
    const body = (): Promise<never> =>
      mail(gate).then(() => Promise.reject(new Error("not frozen")), () => Promise.reject(new Error("the mail failed"))); // prettier-ignore
    const execution = await thread.execute({ turnId: "m", callId: "c", tool: "note", args: {} }, body, { fresh: true });
    if (execution.status === "failed") throw execution.error;
  }

  it("and answers all the same has come to that answer", async () => {
    const { gate, ticket } = await frozen();
    const run = (): Promise<unknown> => gate.execute(ticket, () => mail(gate).then(() => "paid", () => "paid, no mail")); // prettier-ignore
    expect([await run(), await run()]).toEqual(["paid, no mail", "paid, no mail"]);
    expect(await gate.get(ticket.id)).toMatchObject({ execution: "done" });
  });

  it("may be repeated if its rule is idempotent", async () => {
    const { gate, ticket, freeze } = await frozen("send");
    const run = (): Promise<unknown> => gate.execute(ticket, async (_, { attempt }) => (await mail(gate), attempt));
    const error = await thrown(run());
    expect(isCountersignError(error, "EXECUTION_UNKNOWN") && error.details.request).toMatchObject({ execution: "none", begun: true });
    await gate.liftFreeze(freeze.id, { by });
    expect(await run()).toBe(2);
    expect(await typesOf(gate, ticket.id)).toEqual(["asked", "approved", "claimed", "lapsed", "claimed", "done"]);
  });

  it("is unknown as well where a runner was in the way", async () => {
    const gate = testGate(policy);
    const ticket = await approved(gate);
    const runner = createRunner(gate, { model: scripted([call("c", "note", {})]), tools: {} });
    await gate.freeze({ tool: "note" }, why);
    const run = gate.execute(ticket, async () => {
      await runner.start("another", "go").catch(() => {});
      throw new Error("gave up");
    });
    expect(await thrown(run)).toMatchObject({ code: "EXECUTION_UNKNOWN", cause: { code: "FROZEN" } });
  });

  it("has failed with other codes: a nested call that nobody approved is its own affair", async () => {
    const { gate, ticket } = await frozen();
    const run = (): Promise<unknown> => gate.execute(ticket, () => gate.execute({ id: "no such request", args: {} }, () => "never"));
    expect(await thrown(run())).toMatchObject({ code: "NOT_APPROVED" });
    expect(await gate.get(ticket.id)).toMatchObject({ execution: "failed" });
  });
});

describe("an effect that was called off", () => {
  it("with the whole run is unknown, and the model is asked nothing", async () => {
    const gate = testGate(policy);
    const stop = new AbortController();
    const pay = (): never => {
      stop.abort(new Error("the user left"));
      throw new Error("socket hang up");
    };
    const model = scripted([call("c", "pay", {})], "done");
    const runner = createRunner(gate, { model, tools: { pay } });
    await runner.start("t", "go");
    const [request] = gate.asked;
    if (!request) throw new Error("nothing was asked");
    await gate.decide(request, approve(), { by });
    expect(await thrown(runner.resume("t", { signal: stop.signal }))).toMatchObject({ code: "EXECUTION_UNKNOWN" });
    expect([(await gate.get(request.id))?.execution, model.requests]).toEqual(["unknown", 1]);
  });

  it("by its framework alone is unknown, and one that answers all the same is done", async () => {
    const gate = testGate(policy);
    const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
    const calls = ["a", "b"].map((callId): ProposedCall => ({ turnId: "m", callId, tool: "pay", args: {} }));
    for (const request of await thread.suspend(calls, null)) await gate.decide(request, approve(), { by });
    const off = new AbortController();
    const run = (at: number, effect: () => unknown): Promise<unknown> =>
      thread.execute(calls[at] as ProposedCall, () => (off.abort(), effect()), { signal: off.signal });
    expect(await thrown(run(0, () => Promise.reject(new Error("timeout"))))).toMatchObject({ code: "EXECUTION_UNKNOWN" });
    expect(await run(1, () => "paid")).toMatchObject({ status: "ran", result: "paid" });
    const executions = await Promise.all(gate.asked.map(async ({ id }) => (await gate.get(id))?.execution));
    expect(executions).toEqual(["unknown", "done"]);
  });
});

describe("an effect that stood still for longer than its lease", () => {
  const closed = new Error("the bank closed the connection");
  /** A clock that only moves when it is told to, however busy the machine is. */
  function standing() {
    const start = Date.now();
    let passed = 0;
    return { now: () => start + passed, pass: (ms: number) => void (passed += ms) };
  }

  it("is unknown if it throws, and done if it answers", async () => {
    const gate = testGate(policy);
    const [first, second] = [await approved(gate, "pay", "1"), await approved(gate, "pay", "2")];
    const late = (ticket: typeof first, effect: () => unknown): Promise<unknown> =>
      gate.execute(ticket, () => (gate.advance(61_000), effect()));
    expect(await thrown(late(first, () => Promise.reject(closed)))).toMatchObject({ code: "EXECUTION_UNKNOWN", cause: closed });
    expect(await late(second, () => "paid")).toBe("paid");
    expect([(await gate.get(first.id))?.execution, (await gate.get(second.id))?.execution]).toEqual(["unknown", "done"]);
  });

  it("is unknown also if its next sign of life came in between", async () => {
    const beats: (() => void)[] = [];
    const { now, pass } = standing();
    const inner = memoryStore({ now });
    const heard = new Promise<void>((resolve) => beats.push(resolve));
    const commit: StorePort["commit"] = async (batch) => {
      const committed = await inner.commit(batch);
      // A claim is extended without an event.
      if (batch.events.length === 0) beats[0]?.();
      return committed;
    };
    const store: StorePort = { ...inner, commit };
    const gate = createGate({ policy, store, now, warn: () => {}, timings: { lease: 90 } });
    const ticket = await approved(gate);
    const run = gate.execute(ticket, async () => {
      pass(120);
      await heard;
      throw closed;
    });
    expect(await thrown(run)).toMatchObject({ code: "EXECUTION_UNKNOWN" });
    expect(await gate.get(ticket.id)).toMatchObject({ execution: "unknown" });
  });

  it("is unknown if the lease of its thread was over, whoever has that by now", async () => {
    const { now, pass } = standing();
    const store = memoryStore({ now });
    const gate = createGate({ policy, store, now, warn: () => {}, timings: { lease: 300, claimLease: "60s" } });
    const pay = (): never => {
      pass(350);
      throw closed;
    };
    const runner = createRunner(gate, { model: scripted([call("c", "pay", {})], "done"), tools: { pay } });
    const outcome = await runner.start("t", "go");
    const [request] = outcome.status === "suspended" ? outcome.pending : [];
    if (!request) throw new Error(outcome.status);
    await gate.decide(request, approve(), { by });
    expect(await thrown(runner.resume("t"))).toMatchObject({ code: "EXECUTION_UNKNOWN" });
    expect(await gate.get(request.id)).toMatchObject({ execution: "unknown" });
  });

  it("and is unknown by now isn't given back, whatever its framework says", async () => {
    const gate = testGate(policy);
    const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
    const proposed: ProposedCall = { turnId: "m", callId: "c", tool: "pay", args: {} };
    const [request] = await thread.suspend([proposed], null);
    if (!request) throw new Error("nothing was asked");
    await gate.decide(request, approve(), { by });
    const pause = new Error("paused");
    const effect = async (): Promise<never> => {
      gate.advance(61_000);
      await thrown(gate.execute({ id: request.id, args: {} }, () => "second"));
      throw pause;
    };
    await thrown(thread.execute(proposed, effect, { paused: (error) => error === pause }));
    expect(await gate.get(request.id)).toMatchObject({ execution: "unknown" });
  });
});
