import { alice, failure } from "@countersign/adapter-tests";
import { approve, isCountersignError } from "@countersign/core";
import { gateCall } from "@countersign/openrouter";
import type { ConversationState } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { callModel, codeOf, openWorld, ownState } from "./support/world.ts";

describe("an accessor of one's own", () => {
  test("keeps the conversation, and the gate the questions", async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(5, "y", "b")]]);
    const state = ownState();
    await world.call("go", { thread: { state } }).getText();
    expect(state.kept).toMatchObject({ status: "awaiting_approval" });
    expect(JSON.stringify(state.kept)).not.toContain("countersignRun");
    const kept = await world.store.getThread("default", "t");
    expect(new TextDecoder().decode(kept?.continuation)).not.toContain("paid 5");
    await world.approve();
    expect(await world.call([], { thread: { state } }).getText()).toMatch(/paid 5000 to x/);
    expect(state.kept).toMatchObject({ status: "complete" });
    expect(world.effects).toHaveLength(2);
    expect(world.refused()).toEqual([]);
  });

  test.each([
    [undefined, "openrouter"],
    ["payroll", "payroll"],
  ])("of a gate with the agent %s asks as %s", async (agent, expected) => {
    const world = await openWorld([[paying(5_000)]], { desk: openDesk({ agent }) });
    await world.call("go", { thread: { state: ownState() } }).getText();
    expect(await world.pending()).toMatchObject([{ agent: expected }]);
  });

  test.each([
    ["one accessor object", false],
    ["new ones", true],
  ])("several turns over %s", async (_name, anew) => {
    const world = await openWorld([[paying(5, "x", "a")], "first", [paying(5_000, "y", "b"), paying(6, "z", "c")], "second"]);
    const state = ownState();
    const spread = gateCall(world.gate, [world.pay], { threadId: "t", state });
    const say = (input: string | []) =>
      (anew ? world.call(input, { thread: { state } }) : callModel(world.client, spread, input)).getText();
    expect(await say("one")).toBe("first");
    await say("two");
    expect(await codeOf(say("hello?"))).toBe("THREAD_SUSPENDED");
    await world.approve();
    expect(await say([])).toBe("second");
    expect(world.effects).toHaveLength(3);
    expect(world.refused()).toEqual([]);
  });

  test("may be pruned while calls wait: what was said before them is summed up", async () => {
    const world = await openWorld([[paying(5, "x", "a")], "first", [paying(5_000, "y", "b"), paying(6, "z", "c")], "second"]);
    const state = ownState();
    const prune = () => {
      const messages = (state.kept?.messages ?? []) as { readonly callId?: string }[];
      const from = messages.findIndex(({ callId }) => callId === "b");
      state.kept = { ...state.kept, messages: [{ role: "user", content: `${from} were left out` }, ...messages.slice(from)] } as never;
    };
    await world.call("one", { thread: { state } }).getText();
    await world.call("two", { thread: { state } }).getText();
    prune();
    expect(await codeOf(world.call([], { thread: { state } }).getText())).toBe("THREAD_SUSPENDED");
    await world.approve();
    prune();
    world.model.script = () => "done";
    expect(await world.call([], { thread: { state } }).getText()).toBe("done");
    expect(world.effects.map(({ to }) => to)).toEqual(["x", "z", "y"]);
    expect((await world.gate.list({ threadId: "t" })).items).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });

  test.each([
    ["a way to wait", { status: "awaiting_async_tools" }, /saved by openrouter with the status awaiting_async_tools/],
    ["a version", { version: 2 }, /saved by openrouter state 2/],
  ])("with a state of %s that this version doesn't know is refused by name, and left as it is", async (_what, change, message) => {
    const world = await openWorld([[paying(5_000)], "done"]);
    const state = ownState();
    await world.call("go", { thread: { state } }).getText();
    await world.approve();
    const before = state.kept;
    state.kept = { ...before, ...change } as never;
    const error = await failure(world.call([], { thread: { state } }).getText());
    expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.message).toMatch(message);
    expect([state.kept, world.effects, world.server.requests.length]).toMatchObject([change, [], 1]);
    state.kept = before;
    expect(await world.call([], { thread: { state } }).getText()).toBe("done");
    expect(world.effects).toHaveLength(1);
  });

  test("a pause of a kind that a later SDK may have is no end of the run", async () => {
    const world = await openWorld(["never said"]);
    const { state } = gateCall(world.gate, [world.pay], { threadId: "t" });
    const loaded = (await state.load()) as ConversationState;
    await state.save({ ...loaded, status: "in_progress" } as never);
    await state.save({ ...loaded, messages: [{ role: "user", content: "go" }], status: "awaiting_async_tools" } as never);
    expect(await world.store.getThread("default", "t")).not.toMatchObject({ state: "completed" });
    expect(await codeOf(world.call([]).getText())).toBe("STATE_INCOMPATIBLE");
  });

  test("whose save fails before anything is asked: nothing runs, and a retry asks", async () => {
    const world = await openWorld([[paying(5_000)]]);
    const state = ownState();
    const { save } = state;
    let left = 2;
    state.save = async (given) => (left-- > 0 ? save(given) : Promise.reject(new Error("disk full")));
    expect(await codeOf(world.call("go", { thread: { state } }).getText())).toMatch(/disk full/);
    expect(await world.pending()).toEqual([]);
    state.save = save;
    expect(await codeOf(world.call([], { thread: { state } }).getText())).toBe("THREAD_SUSPENDED");
    await world.approve();
    await world.call([], { thread: { state } }).getText();
    expect(world.effects).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });

  test("whose save fails after the effect: a retry gets the recorded result", async () => {
    const world = await openWorld([[paying(5_000)]]);
    const state = ownState();
    const { save } = state;
    await world.call("go", { thread: { state } }).getText();
    await world.approve();
    state.save = async () => Promise.reject(new Error("disk full"));
    expect(await codeOf(world.call([], { thread: { state } }).getText())).toMatch(/disk full/);
    state.save = save;
    expect(await world.call([], { thread: { state } }).getText()).toBe('"paid 5000 to x"');
    expect(world.effects).toHaveLength(1);
  });

  test("a concurrent writer is refused before any model request", async () => {
    const world = await openWorld(["hello"]);
    const state = ownState();
    const [one, two] = [0, 1].map(() => gateCall(world.gate, [world.pay], { threadId: "t", state }));
    if (!one || !two) throw new Error("two");
    const [first, second] = [await one.state.load(), await two.state.load()];
    await one.state.save({ ...(first as ConversationState), status: "in_progress" } as never);
    const { saves } = state;
    await expect(two.state.save({ ...(second as ConversationState), status: "in_progress" } as never)).rejects.toMatchObject({
      code: "THREAD_BUSY",
    });
    expect(state.saves).toBe(saves);
  });
});

describe("an interrupted conversation", () => {
  const flagged = (state: ReturnType<typeof ownState>) => () => {
    if (state.kept) state.kept = { ...state.kept, interruptedBy: "the user" };
  };

  async function interrupted(...calls: ReturnType<typeof paying>[]) {
    const desk = openDesk();
    const world = await openWorld([[paying(1, "first", "f")], calls, "done"], { desk });
    const state = ownState();
    const interrupt = flagged(state);
    const script = world.model.script;
    let times = 0;
    // While the model makes up its mind about the second turn.
    world.model.script = (items) => {
      if (++times === 2) interrupt();
      return script(items);
    };
    // What an application saves itself, beside the SDK: the flag survives its saves.
    const { save } = state;
    state.save = async (given) => save({ ...given, ...(times === 2 && !resumed.at ? { interruptedBy: "the user" } : {}) });
    const resumed = { at: 0 };
    await world.call("go", { thread: { state } }).getText();
    return { world, state, resume: (input: string | [] = []) => ((resumed.at = 1), world.call(input, { thread: { state } }).getText()) };
  }

  test("resumes natively: what the policy allows runs then", async () => {
    const { world, state, resume } = await interrupted(paying(5, "y", "b"));
    expect(state.kept?.status).toBe("interrupted");
    expect(world.effects).toHaveLength(1);
    expect(await resume()).toBe("done");
    expect(world.effects).toEqual([{ amount: 1, to: "first" }, { amount: 5, to: "y" }]); // prettier-ignore
    expect(state.kept?.interruptedBy).toBeUndefined();
    expect(world.refused()).toEqual([]);
  });

  test("asks at its resume about what it hadn't asked yet, and stays suspended", async () => {
    const { world, resume } = await interrupted(paying(5_000, "y", "b"), paying(6, "z", "c"));
    const before = world.server.requests.length;
    for (const input of [[] as [], "go on"]) expect(await codeOf(resume(input))).toBe("THREAD_SUSPENDED");
    expect(world.server.requests).toHaveLength(before);
    expect(world.effects).toHaveLength(1);
    await world.approve();
    expect(await resume()).toBe("done");
    expect(world.effects).toHaveLength(3);
    expect(world.refused()).toEqual([]);
  });

  test("stays suspended when the flag comes while requests are pending", async () => {
    const world = await openWorld([[paying(5_000)]]);
    const state = ownState();
    await world.call("go", { thread: { state } }).getText();
    flagged(state)();
    expect(await codeOf(world.call([], { thread: { state } }).getText())).toBe("THREAD_SUSPENDED");
    await world.gate.decide(await world.only(), approve(), { by: alice });
    expect(await world.call([], { thread: { state } }).getText()).toBe('"paid 5000 to x"');
    expect(state.kept?.interruptedBy).toBeUndefined();
    expect(world.effects).toHaveLength(1);
  });
});
