import { alice, Amount } from "@countersign/adapter-tests";
import { approve, definePolicy, edit } from "@countersign/core";
import { decideNative } from "@countersign/openrouter";
import { describe, expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { codeOf, openWorld, ownState } from "./support/world.ts";

const lines = [[paying(5_000, "x", "a"), paying(6_000, "y", "b")], [paying(7_000, "z", "c")], "done"];
const by = { threadId: "t", by: alice };

async function paused(runs: "callModel" | "runner" | "own" = "callModel") {
  const world = await openWorld(lines);
  const state = runs === "own" ? { state: ownState() } : {};
  if (runs === "runner") await world.runner().start("t", "go");
  else await world.call("go", { thread: state }).getText();
  const goOn = async () =>
    runs === "runner" ? void (await world.runner().resume("t")) : void (await world.call([], { thread: state }).getText());
  return { ...world, goOn };
}
const statuses = async ({ gate }: Awaited<ReturnType<typeof paused>>) =>
  Object.fromEntries((await gate.list({ threadId: "t" })).items.map(({ args, status }) => [args["to"], status]));

describe.each(["callModel", "runner", "own"] as const)("an existing UI's answer, %s", (runs) => {
  test("becomes decisions of whoever is signed in", async () => {
    const world = await paused(runs);
    const decided = await decideNative(world.gate, { approveToolCalls: ["a"], rejectToolCalls: ["b"] }, by);
    expect(decided.map(({ args, status, decisions }) => [args["to"], status, decisions[0]?.by.id, decisions[0]?.via])).toEqual([
      ["x", "approved", "alice", "openrouter"],
      ["y", "rejected", "alice", "openrouter"],
    ]);
    await world.goOn();
    expect(world.effects).toEqual([{ amount: 5_000, to: "x" }]);
    expect(world.refused()).toEqual([]);
  });
});

/** What a user interface reads of the SDK's own pause. */
const readings: Record<string, () => Promise<readonly [world: Awaited<ReturnType<typeof openWorld>>, calls: readonly unknown[]]>> = {
  "the result of callModel": async () => {
    const world = await openWorld(lines);
    return [world, await world.call("go").getPendingToolCalls()];
  },
  "the state in an accessor of one's own": async () => {
    const world = await openWorld(lines);
    const state = ownState();
    await world.call("go", { thread: { state } }).getText();
    return [world, state.kept?.pendingToolCalls ?? []];
  },
  "the stream of a runner": async () => {
    const world = await openWorld(lines);
    const { stream, outcome } = await world.runner().stream("t", "go");
    await outcome;
    return [world, await stream.getPendingToolCalls()];
  },
};

describe("a call that the SDK says is pending", () => {
  test.each(Object.entries(readings))("in %s is the request with its id as callId", async (_where, read) => {
    const [world, calls] = await read();
    const requests = (await world.pending()).map(({ callId, tool, args }) => ({ id: callId, name: tool, arguments: args }));
    expect(calls).toEqual(requests.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
    expect(calls).toMatchObject([{ id: "a" }, { id: "b" }]);
  });

  test("in an accessor of one's own is no more so once it is decided and has run, and the others are", async () => {
    const world = await openWorld(lines);
    const state = ownState();
    const go = async (input: string | []) => void (await world.call(input, { thread: { state } }).getText());
    await go("go");
    await decideNative(world.gate, { approveToolCalls: ["a", "b"] }, by);
    await go([]);
    expect(state.kept?.pendingToolCalls).toMatchObject([{ id: "c", name: "pay" }]);
    await decideNative(world.gate, { rejectToolCalls: ["c"] }, by);
    await go([]);
    expect(state.kept).toMatchObject({ status: "complete" });
    expect(state.kept?.pendingToolCalls).toBeUndefined();
  });
});

describe("an id", () => {
  test("that is sent twice counts once, and so does the same answer again", async () => {
    const world = await paused();
    expect(await decideNative(world.gate, { approveToolCalls: ["a", "a"] }, by)).toHaveLength(1);
    expect(await decideNative(world.gate, { approveToolCalls: ["a"] }, by)).toMatchObject([{ status: "approved", decisions: [{}] }]);
    expect(await statuses(world)).toEqual({ x: "approved", y: "pending" });
  });

  test.each([
    ["in both lists", { approveToolCalls: ["a", "b"], rejectToolCalls: ["b"] }],
    ["that is unknown, beside a good one", { approveToolCalls: ["a", "ghost"] }],
    ["of another turn", { approveToolCalls: ["c"] }],
    ["none at all", {}],
    ["none in empty lists", { approveToolCalls: [], rejectToolCalls: [] }],
    ["that is a text, and no list", { approveToolCalls: "a" }],
    ["that is no text", { approveToolCalls: ["a", 5] }],
    ["under yes", { approveToolCalls: true }],
    ["named by a list of objects", { approveToolCalls: [{ id: "a" }] }],
    ["of an answer that is none", "a"],
    ["of no answer", null],
  ])("%s is refused, and nothing is recorded", async (_name, answer) => {
    const world = await paused();
    expect(await codeOf(decideNative(world.gate, answer as never, by))).toBe("NATIVE_REFUSED");
    expect(await statuses(world)).toEqual({ x: "pending", y: "pending" });
  });

  test("of an earlier turn is refused once the conversation has gone on", async () => {
    const world = await paused();
    await decideNative(world.gate, { approveToolCalls: ["a", "b"] }, by);
    await world.goOn();
    expect(await codeOf(decideNative(world.gate, { approveToolCalls: ["a"] }, by))).toBe("NATIVE_REFUSED");
    expect(await decideNative(world.gate, { approveToolCalls: ["c"] }, by)).toMatchObject([{ args: { to: "z" } }]);
  });

  test("of another thread is refused", async () => {
    const world = await paused();
    expect(await codeOf(decideNative(world.gate, { approveToolCalls: ["a"] }, { ...by, threadId: "other" }))).toBe("NATIVE_REFUSED");
  });
});

test("a second person's answer to what is decided is refused", async () => {
  const world = await paused();
  await decideNative(world.gate, { approveToolCalls: ["a"] }, by);
  expect(await codeOf(decideNative(world.gate, { rejectToolCalls: ["a"] }, { threadId: "t", by: { id: "bob" } }))).toBe("NATIVE_REFUSED");
});

test("an answer to arguments that were edited after they were shown is refused", async () => {
  const policy = definePolicy({ tools: { pay: { args: Amount, ask: true, review: { quorum: 2 } } } });
  const world = await openWorld([[paying(5_000, "x", "a")]], { desk: openDesk({ policy }) });
  await world.call("go").getText();
  await world.gate.decide(await world.only(), edit({ amount: 1, to: "x" }), { by: alice });
  expect(await codeOf(decideNative(world.gate, { approveToolCalls: ["a"] }, { threadId: "t", by: { id: "bob" } }))).toBe("NATIVE_REFUSED");
});

test("an answer that is sent again signs no edit that came after it, and counts once before", async () => {
  const policy = definePolicy({ tools: { pay: { args: Amount, ask: true, review: { quorum: 2 } } } });
  const world = await openWorld([[paying(5_000, "x", "a")]], { desk: openDesk({ policy }) });
  await world.call("go").getText();
  const click = () => decideNative(world.gate, { approveToolCalls: ["a"] }, by);
  await click();
  expect(await click()).toMatchObject([{ status: "pending", decisions: [{}] }]);
  await world.gate.decide(await world.only(), edit({ amount: 99_000, to: "Mallory" }), { by: { id: "bob" } });
  expect(await codeOf(click())).toBe("NATIVE_REFUSED");
  expect(await world.only()).toMatchObject({ status: "pending", decisions: [{}, {}] });
});

test("an answer to two calls is refused as a whole if somebody else was faster with one", async () => {
  const world = await paused();
  const y = (await world.gate.list()).items.find(({ args }) => args["to"] === "y");
  await world.gate.decide(y ?? { id: "", digest: "" }, approve(), { by: { id: "bob" } });
  expect(await codeOf(decideNative(world.gate, { approveToolCalls: ["a"], rejectToolCalls: ["b"] }, by))).toBe("NATIVE_REFUSED");
  expect(await statuses(world)).toEqual({ x: "pending", y: "approved" });
});

test("who may not sign can't sign natively either", async () => {
  const policy = definePolicy({ tools: { pay: { args: Amount, ask: true, review: { roles: ["finance"] } } } });
  const world = await openWorld([[paying(5_000, "x", "a")]], { desk: openDesk({ policy }) });
  await world.call("go").getText();
  expect(await codeOf(decideNative(world.gate, { approveToolCalls: ["a"] }, by))).toBe("NOT_AUTHORIZED");
  await world.gate.decide(await world.only(), approve(), { by: { id: "fiona", roles: ["finance"] } });
});
