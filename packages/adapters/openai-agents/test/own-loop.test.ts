import { alice, Amount, failure } from "@countersign/adapter-tests";
import { createGate, definePolicy, isCountersignError, type Policy } from "@countersign/core";
import { applyDecisions, decideNative, gateTools } from "@countersign/openai-agents";
import { Agent, run, RunContext, RunState, Usage } from "@openai/agents";
import { describe, expect, test, vi } from "vitest";
import { openDesk, paying, saying, type Lines } from "./support/desk.ts";

const thread = { threadId: "t", requestedBy: "bob" } as const;
type Desk = ReturnType<typeof openDesk>;

/** One process's agent: the tool objects are new in each. */
function agentOf(desk: Desk, lines: Lines, gate = desk.gate): Agent {
  return new Agent({ name: "A", model: saying(...lines), tools: gateTools(gate, [desk.pay], thread) });
}

const restoredLike: readonly [string, (agent: Agent, saved: string) => Promise<RunState<unknown, Agent>>][] = [
  ["with the context it was saved with", (agent, saved) => RunState.fromString(agent, saved)],
  ["into a new context", (agent, saved) => RunState.fromStringWithContext(agent, saved, new RunContext())],
  ["that counted no requests", (agent, saved) => RunState.fromString(agent, saved.replaceAll(`"requests":1`, `"requests":0`))],
];

describe("one's own loop", () => {
  test("asks, waits, and goes on in another process with what was signed, once", async () => {
    const desk = openDesk();
    const lines: Lines = [[paying(5_000, "x", "a"), paying(5, "y", "b")], [paying(7, "z", "c")]];
    const result = await run(agentOf(desk, lines), "go");
    const asked = await applyDecisions(desk.gate, result.state, thread);
    expect(asked).toMatchObject({ status: "pending", pending: [{ tool: "pay", args: { amount: 5_000 }, requestedBy: { id: "bob" } }] });
    const saved = result.state.toString();
    expect(desk.effects).toEqual([{ amount: 5, to: "y" }]);

    const agent = agentOf(desk, lines);
    const state = await RunState.fromString(agent, saved);
    expect(await applyDecisions(desk.gate, state, thread)).toMatchObject({ status: "pending" });
    await desk.approve();
    const ready = await applyDecisions(desk.gate, state, thread);
    if (ready.status !== "ready") throw new Error("it should be ready");
    expect((await run(agent, ready.state)).finalOutput).toMatch(/paid 5000 to x/);
    expect(desk.effects).toEqual([{ amount: 5, to: "y" }, { amount: 5_000, to: "x" }, { amount: 7, to: "z" }]); // prettier-ignore

    const again = await RunState.fromString(agent, saved);
    await applyDecisions(desk.gate, again, thread);
    expect((await run(agent, again)).finalOutput).toMatch(/paid 5000 to x/);
    expect(desk.effects.filter((effect) => (effect as { to: string }).to === "x")).toHaveLength(1);
  });

  test.each([
    [undefined, "openai-agents"],
    ["payroll", "payroll"],
  ])("of a gate with the agent %s is %s", async (agent, expected) => {
    const desk = openDesk({ agent });
    const { state } = await run(agentOf(desk, [[paying(5_000)]]), "go");
    expect(await applyDecisions(desk.gate, state, thread)).toMatchObject({ pending: [{ agent: expected }] });
  });

  test("a reviewer's edit runs, and the result says so", async () => {
    const desk = openDesk();
    const agent = agentOf(desk, [[paying(5_000)]]);
    const { state } = await run(agent, "go");
    await applyDecisions(desk.gate, state, thread);
    await desk.edit({ amount: 4_000, to: "x" });
    await applyDecisions(desk.gate, state, thread);
    expect((await run(agent, state)).finalOutput).toMatch(/^A person reviewed .*"amount":4000.*\npaid 4000 to x$/);
  });

  test('then: "stop" ends it', async () => {
    const desk = openDesk();
    const { state } = await run(agentOf(desk, [[paying(5_000)]]), "go");
    await applyDecisions(desk.gate, state, thread);
    await desk.reject("Fraud", "stop");
    const error = await failure(applyDecisions(desk.gate, state, thread));
    expect(isCountersignError(error, "NOT_APPROVED") && error.details.request?.status).toBe("rejected");
  });

  test.each(restoredLike)("nested agents belong to the same thread, in a run restored %s", async (_like, restore) => {
    const desk = openDesk();
    const build = () => {
      const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay], thread) });
      const agents = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })], thread);
      return new Agent({ name: "A", model: saying([{ name: "inner", args: { input: "go" } }]), tools: agents });
    };
    const first = await run(build(), "go");
    expect(await applyDecisions(desk.gate, first.state, thread)).toMatchObject({ status: "pending", pending: [{ tool: "pay" }] });
    await desk.approve();
    const agent = build();
    const state = await restore(agent, first.state.toString());
    expect(await applyDecisions(desk.gate, state, thread)).toMatchObject({ status: "ready" });
    expect((await run(agent, state)).finalOutput).toBe("paid 5000 to x");
    expect(desk.effects).toHaveLength(1);
  });

  test("an allowed call runs at once, also if the model counts no requests", async () => {
    const desk = openDesk();
    const model = saying([paying(5)]);
    const answers = model.getResponse.bind(model);
    model.getResponse = async (request) => ({ ...(await answers(request)), usage: new Usage() });
    const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay], thread) });
    const result = await run(agent, "go");
    expect(result).toMatchObject({ finalOutput: "paid 5 to x", interruptions: [] });
    expect(desk.effects).toEqual([{ amount: 5, to: "x" }]);
  });

  test("outside any thread nothing runs", async () => {
    const desk = openDesk();
    const agent = new Agent({ name: "A", model: saying([paying(5)]), tools: gateTools(desk.gate, [desk.pay]) });
    const error = await failure(run(agent, "go"));
    expect((error as { error?: unknown }).error).toSatisfy((inner) => isCountersignError(inner, "THREAD_UNKNOWN"));
    expect(desk.effects).toEqual([]);
  });
});

describe("ways round the store", () => {
  async function paused() {
    const desk = openDesk();
    const { state } = await run(agentOf(desk, [[paying(5_000)]]), "go");
    await applyDecisions(desk.gate, state, thread);
    return { desk, saved: state.toString(), live: state };
  }
  const lines: Lines = [[paying(5_000)]];

  test("a native approval runs nothing, here or in another process", async () => {
    const { desk, saved, live } = await paused();
    const agent = agentOf(desk, lines);
    const restored = await RunState.fromString(agent, saved);
    for (const state of [restored, live]) {
      for (const item of state.getInterruptions()) state.approve(item);
      const error = await failure(run(state === live ? agentOf(desk, lines) : agent, state as typeof restored));
      expect((error as { error?: unknown }).error).toSatisfy((inner) => isCountersignError(inner, "NOT_APPROVED"));
    }
    expect(desk.effects).toEqual([]);
    expect(await desk.only()).toMatchObject({ status: "pending" });
  });

  test.each(restoredLike)("a policy that no longer asks lets no undecided call run, of a run restored %s", async (_like, restore) => {
    const { desk, saved } = await paused();
    const lax: Policy = definePolicy({ tools: { pay: "allow" } });
    const gate = createGate({ policy: lax, store: desk.gate.store, warn: () => {} });
    const agent = agentOf(desk, lines, gate);
    const state = await restore(agent, saved);
    expect((await run(agent, state)).interruptions).toHaveLength(1);
    expect(await applyDecisions(gate, state, thread)).toMatchObject({ status: "pending" });

    const answered = approved(await restore(agent, saved));
    const error = await failure(run(agent, answered));
    expect((error as { error?: unknown }).error).toSatisfy((inner) => isCountersignError(inner, "NOT_APPROVED"));
    expect(desk.effects).toEqual([]);
  });

  test("an approval for all calls, given to the SDK, signs no later one", async () => {
    const desk = openDesk();
    const agent = agentOf(desk, [[paying(5_000, "x", "a")], [paying(6_000, "y", "b")]]);
    const { state } = await run(agent, "go");
    await applyDecisions(desk.gate, state, thread);
    await desk.approve();
    await applyDecisions(desk.gate, state, thread);
    for (const item of state.getInterruptions()) state.approve(item, { alwaysApprove: true });
    const error = await failure(run(agent, state));
    expect((error as { error?: unknown }).error).toSatisfy((inner) => isCountersignError(inner, "NOT_APPROVED"));
    expect(desk.effects).toEqual([{ amount: 5_000, to: "x" }]);
  });

  test("edited arguments of the saved state are another call", async () => {
    const { desk, saved } = await paused();
    await desk.approve();
    const agent = agentOf(desk, lines);
    const forged = await RunState.fromString(agent, saved.replaceAll("5000", "9000"));
    expect(await applyDecisions(desk.gate, forged, thread)).toMatchObject({ status: "pending", pending: [{ args: { amount: 9_000 } }] });
    expect(desk.effects).toEqual([]);
  });
});

describe("decideNative", () => {
  const remembering = (remember: readonly ("tool" | "exact-args")[] | undefined): Policy =>
    definePolicy({
      tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000, ...(remember ? { review: { remember } } : {}) } },
    });

  async function waiting(desk: Desk, lines: Lines) {
    const agent = agentOf(desk, lines);
    const { state } = await run(agent, "go");
    await applyDecisions(desk.gate, state, thread);
    return { agent, state, saved: state.toString() };
  }

  test("an approval for all calls becomes a grant where the terms offer it", async () => {
    const desk = openDesk({ policy: remembering(["tool"]) });
    const lines: Lines = [[paying(5_000, "x", "a"), paying(6_000, "y", "b")], [paying(7_000, "z", "c")]];
    const { agent, state, saved } = await waiting(desk, lines);
    for (const item of state.getInterruptions()) state.approve(item, { alwaysApprove: true });
    expect(await decideNative(desk.gate, state, { threadId: "t", by: alice })).toHaveLength(2);
    expect(await desk.gate.grants()).toHaveLength(1);
    // The answer itself is discarded: what was saved before it goes on.
    const clean = await RunState.fromString(agent, saved);
    await applyDecisions(desk.gate, clean, thread);
    const next = await run(agent, clean);
    expect(await applyDecisions(desk.gate, next.state, thread)).toMatchObject({ status: "ready" });
    expect((await run(agent, next.state)).finalOutput).toMatch(/paid 7000 to z/);
  });

  test("elsewhere it counts once, with a warning", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const desk = openDesk({ policy: remembering(undefined) });
    const { state } = await waiting(desk, [[paying(5_000)]]);
    for (const item of state.getInterruptions()) state.approve(item, { alwaysApprove: true });
    expect(await decideNative(desk.gate, state, { threadId: "t", by: alice })).toMatchObject([{ status: "approved" }]);
    expect(await desk.gate.grants()).toEqual([]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/counts once/));
    warn.mockRestore();
  });

  test("a rejection keeps its words; what isn't answered stays", async () => {
    const desk = openDesk();
    const { state } = await waiting(desk, [[paying(5_000, "x", "a"), paying(6_000, "y", "b")]]);
    const [first] = state.getInterruptions();
    if (!first) throw new Error("nothing waits");
    state.reject(first, { message: "not this one" });
    expect(await decideNative(desk.gate, state, { threadId: "t", by: alice })).toMatchObject([
      {
        status: "rejected",
        args: { to: "x" },
        decisions: [{ decision: { type: "reject", message: "not this one" }, via: "openai-agents" }],
      },
    ]);
    expect(await desk.only()).toMatchObject({ args: { to: "y" } });
  });

  test.each([
    ["no answer at all", async ({ state }: { state: RunState<unknown, Agent> }) => state],
    ["of another thread", async ({ state }: { state: RunState<unknown, Agent> }) => approved(state), "u"],
    [
      "changed arguments",
      async ({ agent, state }: { agent: Agent; state: RunState<unknown, Agent> }) =>
        approved(await RunState.fromString(agent, state.toString().replaceAll("5000", "9000"))),
    ],
  ])("refuses %s, and the pause stays", async (_name, make, threadId = "t") => {
    const desk = openDesk();
    const given = await make((await waiting(desk, [[paying(5_000)]])) as never);
    const error = await failure(decideNative(desk.gate, given, { threadId, by: alice }));
    expect(isCountersignError(error, "NATIVE_REFUSED")).toBe(true);
    expect(await desk.only()).toMatchObject({ status: "pending" });
  });

  test("refuses an answer whose arguments were edited after they were shown", async () => {
    const policy = definePolicy({ tools: { pay: { args: Amount, ask: true, review: { quorum: 2 } } } });
    const desk = openDesk({ policy });
    const { state } = await waiting(desk, [[paying(5_000)]]);
    await desk.edit({ amount: 1, to: "x" });
    const error = await failure(decideNative(desk.gate, approved(state), { threadId: "t", by: { id: "carol" } }));
    expect(isCountersignError(error, "NATIVE_REFUSED")).toBe(true);
  });
});

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
function approved<S extends RunState<any, any>>(state: S): S {
  for (const item of state.getInterruptions()) state.approve(item);
  return state;
}

test("a tool that is called by hand runs only what the policy allows", async () => {
  const desk = openDesk();
  const [pay] = gateTools(desk.gate, [desk.pay], thread);
  expect(await failure(pay.invoke(new RunContext(), JSON.stringify({ amount: 5_000, to: "x" })))).toSatisfy((error) =>
    isCountersignError(error, "NOT_APPROVED"),
  );
  expect(await pay.invoke(new RunContext(), JSON.stringify({ amount: 5, to: "x" }))).toBe("paid 5 to x");
});
