import { createGate, type Gate } from "@countersign/core";
import { createRunner, gateCall } from "@countersign/openrouter";
import type { ConversationState } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { openDesk, paying, type Lines } from "./support/desk.ts";
import { codeOf, callModel, openWorld, ownState, type World } from "./support/world.ts";

type State = ConversationState;
const started = async (state: { load(): Promise<unknown>; save(state: never): Promise<void> }) => {
  const loaded = (await state.load()) as State;
  await state.save({ ...loaded, status: "in_progress" } as never);
  return loaded;
};

/** As another process would: a gate of its own over the same store. */
const another = ({ gate, store }: World): Gate => createGate({ policy: gate.policy as never, store, warn: () => {} });

async function approved(lines: Lines = [[paying(5_000)]]) {
  const world = await openWorld(lines);
  await world.call("go").getText();
  await world.approve();
  return world;
}

describe("a double click", () => {
  test.each([
    ["two processes", 2, () => ({})],
    ["three", 3, () => ({})],
    ["three, with an accessor of one's own", 3, () => ({ state: ownState() })],
  ])("of %s: one effect, and the conversation stays whole", async (_name, times, thread) => {
    const world = await openWorld([[paying(5_000)]]);
    const given = thread();
    await world.call("go", { thread: given }).getText();
    await world.approve();
    const clicks = await Promise.allSettled(Array.from({ length: times }, () => world.call([], { thread: given }).getText()));
    expect(clicks.some(({ status }) => status === "fulfilled")).toBe(true);
    for (const click of clicks) {
      if (click.status === "fulfilled") expect(click.value).toMatch(/paid 5000 to x/);
      else expect(String(click.reason)).toMatch(/is running already/);
    }
    expect(world.effects).toHaveLength(1);
    expect(world.refused()).toEqual([]);
    world.model.script = (items) => JSON.stringify(items.map(({ type }) => type));
    expect(JSON.parse(await world.call("so?", { thread: given }).getText())).toEqual([
      "message",
      "function_call",
      "function_call_output",
      "message",
      "message",
    ]);
  });

  test("over one accessor object", async () => {
    const world = await approved();
    const spread = gateCall(world.gate, [world.pay], { threadId: "t" }) as never;
    const clicks = await Promise.allSettled([0, 1].map(() => callModel(world.client, spread, []).getText()));
    expect(clicks.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    expect(world.effects).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });

  test("in the middle of a run's round it is refused, and the run goes on", async () => {
    const desk = openDesk();
    const slow = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const pay = { ...desk.pay, function: { ...desk.pay.function, execute: async () => (reached.resolve(), await slow.promise, "paid") } };
    const world = await openWorld([[paying(5)], "done"], { desk, tools: [pay] });
    const spread = gateCall(desk.gate, [pay as never], { threadId: "t" }) as never;
    const first = callModel(world.client, spread, "go").getText();
    await reached.promise;
    expect(await codeOf(callModel(world.client, spread, "hello?").getText())).toMatch(/is running already/);
    slow.resolve();
    expect(await first).toBe("done");
  });

  test("of the runner: one effect, and all say the same", async () => {
    const world = await openWorld([[paying(5_000)]]);
    await world.runner().start("t", "go");
    await world.approve();
    const outcomes = await Promise.all([0, 1, 2].map(() => world.runner().resume("t")));
    expect(outcomes.filter(({ status }) => status === "completed").length).toBeGreaterThan(0);
    for (const { status } of outcomes) expect(["completed", "running"]).toContain(status);
    expect(world.effects).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });
});

describe("a writer that read before another wrote is refused", () => {
  test.each([
    ["when the other has taken the thread", false],
    ["also when the other had taken it before, and has written since", true],
  ])("%s", async (_name, taken) => {
    const world = await openWorld(["hello"]);
    const [one, two] = [0, 1].map(() => gateCall(world.gate, [world.pay], { threadId: "t" }).state);
    if (!one || !two) throw new Error("two");
    const first = taken ? await started(one) : ((await one.load()) as State);
    const second = (await two.load()) as State;
    const message = { type: "message", role: "assistant", content: "kept" };
    await one.save({ ...first, messages: [message], status: taken ? "complete" : "in_progress" } as never);
    await expect(two.save({ ...second, status: "in_progress" } as never)).rejects.toMatchObject({ code: "THREAD_BUSY" });
    const { state } = gateCall(world.gate, [world.pay], { threadId: "t" });
    expect((await state.load())?.messages).toEqual([message]);
  });

  test("so that what it was asked meanwhile is not lost", async () => {
    const world = await openWorld([[paying(5_000)]]);
    const late = Promise.withResolvers<void>();
    world.server.disturb({ after: late.promise });
    const asking = world.call("go").getText();
    await expect.poll(() => world.server.requests.length).toBe(1);
    const { state } = gateCall(world.gate, [world.pay], { threadId: "t" });
    const read = (await state.load()) as State;
    late.resolve();
    await asking;
    await expect(state.save({ ...read, status: "in_progress" } as never)).rejects.toMatchObject({ code: "THREAD_BUSY" });
    await world.approve();
    expect(await world.call([]).getText()).toBe('"paid 5000 to x"');
  });
});

test("while a runner has the thread, callModel is refused, and the other way round it waits for its turn", async () => {
  const world = await openWorld([[paying(5_000)], "done"]);
  const late = Promise.withResolvers<void>();
  world.server.disturb({ after: late.promise });
  const running = createRunner(another(world), world.client, { name: "payments", model: "any", tools: [world.pay] }).start("t", "go");
  await expect.poll(() => world.server.requests.length).toBe(1);
  expect(await codeOf(world.call("me too").getText())).toMatch(/THREAD_BUSY|is running already/);
  late.resolve();
  expect(await running).toMatchObject({ status: "suspended" });
  expect(world.server.requests).toHaveLength(1);
});

test("an approval that comes while the run is still pausing isn't lost", async () => {
  const world = await openWorld([[paying(5_000)], "done"]);
  const state = ownState();
  const { save } = state;
  state.save = async (given) => {
    await save(given);
    if (given.status === "awaiting_approval") await new Promise((resolve) => setTimeout(resolve, 30));
  };
  const asking = world.call("go", { thread: { state } }).getText();
  await expect.poll(async () => (await world.pending()).length).toBe(1);
  await world.approve();
  await asking;
  expect(await world.call([], { thread: { state } }).getText()).toBe("done");
  expect(world.effects).toHaveLength(1);
});
