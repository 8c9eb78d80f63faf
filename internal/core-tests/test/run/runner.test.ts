import {
  approve,
  createWorker,
  currentCall,
  definePolicy,
  edit,
  isCountersignError,
  reject,
  type Principal,
  type RunOutcome,
} from "@countersign/core";
import { currentThread, defineRunner, openThread, type ProposedCall } from "@countersign/core/adapter";
import { scriptedReviewer, testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted, type Message } from "../mini.ts";

const policy = definePolicy({
  default: "allow",
  tools: {
    pay: {
      args: z.object({ amount: z.number(), to: z.string() }),
      deny: ({ args }) => args.amount > 9_000,
      ask: ({ args }) => args.amount > 1_000,
    },
  },
});
const alice: Principal = { id: "alice" };
const PAY = call("call_0", "pay", { amount: 4_200, to: "Acme" });

function setting(model: ReturnType<typeof scripted>, over: { reviewer?: ReturnType<typeof scriptedReviewer> } = {}) {
  const gate = testGate(policy, over);
  const effects: object[] = [];
  const agent = {
    model,
    tools: { pay: (args: object) => (effects.push(args), "paid"), read: () => (effects.push({ read: true }), "text") },
  };
  return { gate, effects, model, agent, runner: createRunner(gate, agent), again: () => createRunner(gate, agent) };
}
type Outcome = RunOutcome<readonly Message[]>;
const transcript = (outcome: Outcome) => (outcome.status === "completed" ? outcome.output : []);
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore
function pendingOf(outcome: Outcome) {
  if (outcome.status !== "suspended") throw new Error(outcome.status);
  const [first] = outcome.pending;
  if (!first) throw new Error("nothing pending");
  return first;
}

describe("a run", () => {
  it("runs a small payment without a pause and without a record of the call", async () => {
    const { runner, gate, effects } = setting(scripted([call("c", "pay", { amount: 300, to: "Globex" })], "done"));
    expect(await runner.start("t", "go")).toMatchObject({ status: "completed", text: "done", replayed: false });
    expect(effects).toEqual([{ amount: 300, to: "Globex" }]);
    expect(gate.asked).toEqual([]);
  });

  it("pauses before a large one, and another process goes on with exactly what was approved", async () => {
    const { runner, gate, effects, model, again } = setting(scripted([PAY], "done"));
    const request = pendingOf(await runner.start("t", "go", { requestedBy: "bob" }));
    expect(request).toMatchObject({ args: PAY.args, agent: "mini", framework: "mini", requestedBy: { id: "bob" } });
    expect(await again().resume("t")).toMatchObject({ status: "suspended", pending: [{ id: request.id }] });
    expect([effects.length, model.requests]).toEqual([0, 1]);
    await gate.decide(request, approve(), { by: alice });
    expect(await again().resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect(await again().resume("t")).toMatchObject({ status: "completed", text: "done", replayed: true });
    expect([effects, model.requests]).toEqual([[PAY.args], 2]);
    expect(await gate.verify()).toMatchObject({ subjects: 4 });
  });

  it("runs an edit and tells the model so, with its own call untouched", async () => {
    const { runner, gate, effects } = setting(scripted([PAY], "done"));
    const request = pendingOf(await runner.start("t", "go"));
    await gate.decide(request, edit({ ...request.args, amount: 4_000 }), { by: alice });
    const messages = transcript(await runner.resume("t"));
    expect(effects).toEqual([{ amount: 4_000, to: "Acme" }]);
    expect(messages[1]?.calls).toEqual([PAY]);
    expect(messages[2]?.text).toContain('{"amount":4000,"to":"Acme"}');
  });

  it("executes nothing after a rejection and gives the model the reviewer's words", async () => {
    const { runner, gate, effects } = setting(scripted([PAY, call("call_1", "read", {})], "done"));
    await gate.decide(pendingOf(await runner.start("t", "go")), reject("Already paid in May."), { by: alice });
    const messages = transcript(await runner.resume("t"));
    expect(messages.find(({ id }) => id === "call_0")?.text).toBe("Already paid in May.");
    expect(effects).toEqual([{ read: true }]);
  });

  it("stops when the reviewer says so, and stays stopped", async () => {
    const { runner, gate, effects } = setting(scripted([PAY], "done"));
    await gate.decide(pendingOf(await runner.start("t", "go")), reject("Fraud", { then: "stop" }), { by: alice });
    const stopped = { status: "stopped", by: { id: "alice" }, message: "Fraud" };
    expect(await runner.resume("t")).toEqual(stopped);
    expect(await runner.resume("t")).toEqual(stopped);
    expect(effects).toEqual([]);
  });

  it("links the revision that a reviewer invited", async () => {
    const { runner, gate } = setting(scripted([PAY], [call("call_0", "pay", { amount: 4_000, to: "Acme" })], "done"));
    const first = pendingOf(await runner.start("t", "go"));
    await gate.decide(first, reject("Too much", { then: "revise" }), { by: alice });
    expect(pendingOf(await runner.resume("t"))).toMatchObject({ revises: first.id, args: { amount: 4_000 } });
  });

  it("hits each call with its own decision, whatever their order", async () => {
    const calls = [1, 2, 3].map((n) => call(`call_${n}`, "pay", { amount: n * 2_000, to: `V${n}` }));
    const { runner, gate, effects } = setting(scripted(calls, "done"));
    const outcome = await runner.start("t", "go");
    if (outcome.status !== "suspended") throw new Error();
    const of = (to: string) => outcome.pending.find(({ args }) => args["to"] === to) as (typeof outcome.pending)[number];
    await gate.decide(of("V3"), approve(), { by: alice });
    await gate.decide(of("V2"), reject("no"), { by: alice });
    expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [{ args: { to: "V1" } }] });
    await gate.decide(of("V1"), edit({ amount: 1, to: "V1" }), { by: alice });
    const messages = transcript(await runner.resume("t"));
    expect(effects).toEqual([{ amount: 1, to: "V1" }, { amount: 6_000, to: "V3" }]); // prettier-ignore
    expect(messages.filter(({ role }) => role === "tool").map(({ id }) => id)).toEqual(["call_1", "call_2", "call_3"]);
  });

  it("executes once under three resumes at a time", async () => {
    const { runner, gate, effects, again } = setting(scripted([PAY], "done"));
    await gate.decide(pendingOf(await runner.start("t", "go")), approve(), { by: alice });
    const outcomes = await Promise.all([again().resume("t"), again().resume("t"), again().resume("t")]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["completed", "running", "running"]);
    expect(effects).toHaveLength(1);
  });

  it("asks again about the same call on a later turn and about an identical second one", async () => {
    const { runner, gate, effects } = setting(scripted([PAY], [PAY], "done"));
    const first = pendingOf(await runner.start("t", "go"));
    await gate.decide(first, approve(), { by: alice });
    const second = pendingOf(await runner.resume("t"));
    expect(second.id).not.toBe(first.id);
    await gate.decide(second, approve(), { by: alice });
    await runner.resume("t");
    expect(effects).toHaveLength(2);
  });

  it("refuses two calls of one id in a turn", async () => {
    const { runner, gate } = setting(scripted([PAY, { ...PAY, args: { amount: 2_000, to: "B" } }], "done"));
    expect(await codeOf(runner.start("t", "go"))).toBe("DUPLICATE_CALL");
    expect(gate.asked).toEqual([]);
  });

  it("lets the recorded request outlive a predicate that answers differently later", async () => {
    let asks = true;
    const gate = testGate(definePolicy({ tools: { pay: { ask: () => asks } } }));
    const effects: object[] = [];
    const runner = createRunner(gate, { model: scripted([PAY], "done"), tools: { pay: (args) => effects.push(args) } });
    await runner.start("t", "go");
    asks = false;
    expect(await runner.resume("t")).toMatchObject({ status: "suspended" });
    expect(effects).toEqual([]);
  });

  it("gives a tool its idempotency key and its signer", async () => {
    const seen: unknown[] = [];
    const gate = testGate(policy);
    const runner = createRunner(gate, {
      model: scripted([PAY, call("b", "read", {})], "done"),
      tools: { pay: () => seen.push(currentCall()), read: () => seen.push(currentCall()) },
    });
    const request = pendingOf(await runner.start("t", "go"));
    await gate.decide(request, approve(), { by: alice });
    await runner.resume("t");
    expect(seen).toMatchObject([
      { idempotencyKey: request.id, attempt: 1, threadId: "t", request: { decisions: [{ by: { id: "alice" } }] } },
      { attempt: 1, threadId: "t", request: undefined },
    ]);
    expect(currentCall()).toBeUndefined();
    expect(currentThread()).toBeUndefined();
  });
});

describe("starting", () => {
  it("refuses a new input while a decision is missing, or cancels what waits", async () => {
    const { runner, gate, effects } = setting(scripted([PAY], "sorry"));
    const request = pendingOf(await runner.start("t", "go"));
    expect(await codeOf(runner.start("t", "never mind"))).toBe("THREAD_SUSPENDED");
    expect(await runner.start("t", "never mind", { pending: "cancel" })).toMatchObject({ status: "completed" });
    expect(await gate.get(request.id)).toMatchObject({ status: "cancelled" });
    expect(await codeOf(gate.decide(request, approve(), { by: alice }))).toBe("ALREADY_DECIDED");
    expect(effects).toEqual([]);
  });

  it("goes on with the same conversation", async () => {
    const { runner } = setting(scripted("hello", "again"));
    await runner.start("t", "hi");
    expect(transcript(await runner.start("t", "more")).map(({ text }) => text)).toEqual(["hi", "hello", "more", "again"]);
  });

  it("refuses nonsense before anything is written", async () => {
    const { runner, gate } = setting(scripted("x"));
    expect(await codeOf(runner.start("", "go"))).toBe("INVALID_ARGS");
    expect(await codeOf(runner.start("t", "go", { requestedBy: "" }))).toBe("INVALID_ARGS");
    expect(await codeOf(runner.resume("never"))).toBe("THREAD_UNKNOWN");
    expect(await gate.verify()).toEqual({ events: 0, subjects: 0 });
  });

  it("keeps threads of other agents alone", async () => {
    const { runner, gate, agent } = setting(scripted("x"));
    await runner.start("t", "go");
    expect(await codeOf(createRunner(gate, agent, "other").resume("t"))).toBe("AGENT_UNKNOWN");
  });

  it("keeps context and requester for a resume elsewhere", async () => {
    const seen: unknown[] = [];
    const context = z.object({ trusted: z.boolean() });
    const withContext = definePolicy({ context, tools: { pay: { ask: (c) => (seen.push([c.context, c.requestedBy?.id]), true) } } });
    const gate = testGate(withContext);
    const agent = { model: scripted([PAY], [PAY], "done"), tools: { pay: () => "paid" } };
    const runner = createRunner(gate, agent);
    expect(await codeOf(runner.start("t", "go", { context: { trusted: "yes" } as never }))).toBe("INVALID_ARGS");
    await gate.decide(pendingOf(await runner.start("t", "go", { context: { trusted: true }, requestedBy: "bob" })), approve(), {
      by: alice,
    });
    await createRunner(gate, agent).resume("t");
    expect(new Set(seen.map((entry) => JSON.stringify(entry)))).toEqual(new Set(['[{"trusted":true},"bob"]']));
  });
});

describe("an in-process reviewer", () => {
  it("answers within the run; the script runs dry and the rest stays pending", async () => {
    const reviewer = scriptedReviewer([approve()]);
    const { runner, effects } = setting(scripted([PAY], [PAY], "done"), { reviewer });
    expect(pendingOf(await runner.start("t", "go"))).toMatchObject({ status: "pending" });
    expect(effects).toHaveLength(1);
  });

  it("decides by tool, through decide like everybody else", async () => {
    const reviewer = scriptedReviewer({ pay: (request) => edit({ ...request.args, amount: 1 }) }, alice);
    const { runner, gate, effects } = setting(scripted([PAY], "done"), { reviewer });
    expect(await runner.start("t", "go")).toMatchObject({ status: "completed" });
    expect(effects).toEqual([{ amount: 1, to: "Acme" }]);
    expect(await gate.get(gate.asked[0]?.id ?? "")).toMatchObject({ decisions: [{ by: alice, via: "in-process" }] });
  });
});

describe("streaming", () => {
  it("streams the start and the resume, and has nothing to say when nothing moves", async () => {
    const { runner, gate } = setting(scripted([PAY], "done"));
    const all = async (stream: AsyncIterable<string>) => (await Array.fromAsync(stream)).join();
    const started = await runner.stream("t", "go");
    expect(await all(started.stream)).toBe("begin,end");
    const request = pendingOf(await started.outcome);
    const idle = await runner.resumeStream("t");
    expect([await all(idle.stream), (await idle.outcome).status]).toEqual(["", "suspended"]);
    await gate.decide(request, approve(), { by: alice });
    const resumed = await runner.resumeStream("t");
    expect([await all(resumed.stream), (await resumed.outcome).status]).toEqual(["begin,end", "completed"]);
  });
});

describe("a thread outside a runner", () => {
  const ref = { threadId: "t", agent: "native", framework: "mini" };
  const proposed = { turnId: "m1", callId: "c", tool: "pay", args: { amount: 4_200, to: "Acme" } };

  it("records an asked call that was led around the pause, and does not run it", async () => {
    const gate = testGate(policy);
    const ran: unknown[] = [];
    const execution = await openThread(gate, ref).execute(proposed, (args) => ran.push(args), { fresh: true });
    expect(execution).toMatchObject({ status: "pending", request: { tool: "pay" } });
    expect([ran, gate.asked.map(({ args }) => args)]).toEqual([[], [proposed.args]]);
  });

  it("asks about changed arguments even if the policy would allow them, and withdraws what they replace", async () => {
    const gate = testGate(policy);
    const [old] = await openThread(gate, ref).suspend([proposed], null);
    const changed = { ...proposed, args: { amount: 500, to: "Acme" } };
    const thread = openThread(gate, ref);
    expect(await thread.mustWait(changed)).toBe(true);
    expect(await thread.execute(changed, () => "ran")).toMatchObject({ status: "pending", request: { supersedes: old?.id } });
    expect(await gate.get(old?.id ?? "")).toMatchObject({ status: "cancelled" });
  });

  it("asks nobody about changed arguments that the policy denies or that don't parse", async () => {
    const gate = testGate(policy);
    await openThread(gate, ref).suspend([proposed], null);
    for (const args of [{ amount: 9_001, to: "Acme" }, { amount: "much" }]) {
      const thread = openThread(gate, ref);
      expect(await thread.mustWait({ ...proposed, args })).toBe(false);
      expect(await thread.execute({ ...proposed, args }, () => "ran")).toMatchObject({ status: "refused", by: "policy" });
    }
    expect(gate.asked).toHaveLength(1);
  });

  it("answers a fresh allowed call synchronously", () => {
    const thread = openThread(testGate(policy), ref);
    expect(thread.mustWait({ ...proposed, args: { amount: 1, to: "x" } }, { fresh: true })).toBe(false);
    expect(thread.mustWait(proposed, { fresh: true })).toBe(true);
  });

  it("lets a native option add a signature, never take one away", async () => {
    const thread = openThread(testGate(policy), ref);
    const small = { ...proposed, args: { amount: 1, to: "x" } };
    expect(thread.mustWait(small, { fresh: true, frameworkAsks: "interruptOn" })).toBe(true);
    expect(await thread.execute(small, () => "ran", { fresh: true })).toMatchObject({
      status: "pending",
      request: { reason: "interruptOn" },
    });
  });

  it("refuses what the policy denies and what doesn't parse", async () => {
    const thread = openThread(testGate(policy), ref);
    expect(await thread.execute({ ...proposed, args: { amount: 9_001, to: "x" } }, () => "ran", { fresh: true })).toMatchObject({
      status: "refused",
      by: "policy",
    });
    expect(await thread.execute({ ...proposed, args: { amount: "x" } }, () => "ran", { fresh: true })).toMatchObject({
      status: "refused",
      by: "policy",
    });
  });

  it("gives the claim back when the framework itself pauses inside the effect", async () => {
    const gate = testGate(policy);
    const [request] = await openThread(gate, ref).suspend([proposed], null);
    if (!request) throw new Error();
    await gate.decide(request, approve(), { by: alice });
    class Pause extends Error {}
    const options = { paused: (error: unknown) => error instanceof Pause };
    const pausing = openThread(gate, ref).execute(proposed, () => { throw new Pause(); }, options); // prettier-ignore
    await expect(pausing).rejects.toBeInstanceOf(Pause);
    expect(await gate.get(request.id)).toMatchObject({ status: "approved", execution: "none" });
    expect(await openThread(gate, ref).execute(proposed, (_, { attempt }) => attempt, options)).toMatchObject({ status: "ran", result: 2 });
  });
});

describe("a start that died", () => {
  it("is left to its caller, and begins again with its input", async () => {
    const gate = testGate(policy);
    const seen: (string | undefined)[] = [];
    let down = true;
    const model = async (messages: readonly Message[]): Promise<Message> => {
      seen.push(messages[0]?.text);
      if (down) throw new Error("provider down");
      return { role: "model", text: "hello" };
    };
    const runner = createRunner(gate, { model, tools: {} });
    await expect(runner.start("t", "hi")).rejects.toThrow("provider down");
    gate.advance(3_600_000);
    expect(await createWorker(gate, [runner]).drain()).toEqual({ resumed: 0, expired: 0, failed: 0 });
    down = false;
    expect(transcript(await runner.resume("t")).map(({ text }) => text)).toEqual(["hi", "hello"]);
    expect(seen).toEqual(["hi", "hi"]);
  });
});

describe("a run that is called off begins no effect, also where its framework doesn't look at the signal", () => {
  const why = new Error("nobody listens any more");
  function open(reviewer?: ReturnType<typeof scriptedReviewer>) {
    const gate = testGate(policy, reviewer && { reviewer });
    let paid = 0;
    const proposed: ProposedCall = { turnId: "m", callId: "c", tool: "pay", args: { amount: 4_200, to: "Acme" } };
    const continuation = { format: 1, data: {} };
    const runner = defineRunner<string, string, unknown, unknown>(gate, {
      name: "deaf",
      framework: "deaf",
      async advance(thread) {
        if (await thread.mustWait(proposed)) return { status: "suspended", calls: [proposed], continuation };
        await thread.execute(proposed, () => ++paid);
        return { status: "completed", output: "done", text: "done" };
      },
    });
    return { gate, runner, paid: () => paid };
  }

  it("before it has begun", async () => {
    const { gate, runner, paid } = open();
    await runner.start("t", "pay");
    const signal = AbortSignal.abort(why);
    await expect(runner.start("t", "another", { signal, pending: "cancel" })).rejects.toBe(why);
    const [request] = (await gate.list({ status: "pending" })).items;
    if (request) await gate.decide(request, approve(), { by: alice });
    await expect(runner.resume("t", { signal })).rejects.toBe(why);
    expect(paid()).toBe(0);
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(paid()).toBe(1);
  });

  it("while a reviewer of this process thinks", async () => {
    const leaving = new AbortController();
    const { runner, paid } = open(scriptedReviewer({ pay: () => (leaving.abort(why), approve()) }));
    await expect(runner.start("t", "pay", { signal: leaving.signal })).rejects.toBe(why);
    expect(paid()).toBe(0);
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(paid()).toBe(1);
  });
});
