import type { ConversationState, UnsentToolResult } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { openDesk, paying, type Lines } from "./support/desk.ts";
import { callModel, codeOf, openWorld, ownState } from "./support/world.ts";

const user = { role: "user", content: "go" };
const said = (id: string, amount: number) => ({
  type: "function_call",
  id: `fc_${id}`,
  callId: id,
  name: "pay",
  arguments: JSON.stringify({ amount, to: id }),
  status: "completed",
});
const output = (callId: string, text = '"paid"') => ({ type: "function_call_output", callId, output: text });
const pending = (id: string, amount: number) => ({ id, name: "pay", arguments: { amount, to: id } });

/** A conversation that the SDK's own approvals have left in an application's store. */
async function left(messages: readonly object[], rest: Partial<ConversationState>, ...lines: Lines) {
  const desk = openDesk();
  const world = await openWorld([[paying(0)], ...lines], { desk });
  const state = ownState();
  state.kept = { id: "conv", messages: messages as never, status: "in_progress", createdAt: 1, updatedAt: 1, ...rest } as never;
  const go = (input: string | [] = []) => world.call(input, { thread: { state } }).getText();
  return { ...world, state, go };
}
const unsent = (callId: string, result: unknown): UnsentToolResult => ({ callId, name: "pay", output: result });

describe("a conversation that a crash of the SDK's own approvals has left", () => {
  test("in_progress, with stale pending calls and results that were never sent: what is known is told, nothing runs again", async () => {
    const world = await left([user, said("a", 5_000), said("b", 6_000)], {
      pendingToolCalls: [pending("a", 5_000), pending("b", 6_000)] as never,
      unsentToolResults: [unsent("a", "paid a"), unsent("b", "paid b")] as never,
    });
    expect(await world.go()).toBe('"paid a" | "paid b"');
    expect(world.effects).toEqual([]);
    expect(await world.pending()).toEqual([]);
    expect(world.refused()).toEqual([]);
    expect(world.state.kept).not.toHaveProperty("pendingToolCalls");
    expect(world.state.kept).not.toHaveProperty("unsentToolResults");
  });

  test("one of two results is known: the other call is asked about anew, and only it", async () => {
    const world = await left([user, said("a", 5_000), said("b", 6_000)], {
      pendingToolCalls: [pending("a", 5_000), pending("b", 6_000)] as never,
      unsentToolResults: [unsent("a", "paid a")] as never,
    });
    expect(await codeOf(world.go())).toBe("THREAD_SUSPENDED");
    expect(await world.only()).toMatchObject({ args: { to: "b" } });
    await world.approve();
    expect(await world.go()).toBe('"paid a" | "paid 6000 to b"');
    expect(world.effects).toEqual([{ amount: 6_000, to: "b" }]);
    expect(world.refused()).toEqual([]);
  });

  test("awaiting_approval, paused without the gate: the gate asks", async () => {
    const world = await left([user, said("a", 5_000), said("b", 5)], {
      status: "awaiting_approval",
      pendingToolCalls: [pending("a", 5_000)] as never,
      unsentToolResults: [unsent("b", "paid b")] as never,
    });
    expect(await codeOf(world.go())).toBe("THREAD_SUSPENDED");
    await world.reject("no");
    expect(await world.go()).toBe('{"error":"no"} | "paid b"'.split(" | ").toReversed().join(" | "));
    expect(world.effects).toEqual([]);
  });

  test.each([
    ["outputs that no call belongs to", [user, output("ghost"), said("a", 5), output("a")]],
    ["two outputs for one call", [user, said("a", 5), output("a"), output("a", '"paid twice"')]],
    ["an earlier call without an output", [user, said("a", 5), { role: "user", content: "hello?" }, said("b", 6), output("b")]],
    ["a call of a run that died", [user, said("a", 5)]],
    ["an id twice in one turn", [user, said("a", 5), said("a", 6), output("a"), output("a")], 1],
    ["something said between a call and its output", [user, said("a", 5), { role: "user", content: "?" }]],
  ])("%s: the next request is one that providers take", async (_name, messages, calls?: number) => {
    const world = await left(messages, {}, "fine", "fine", "fine");
    await world.go("and now?");
    expect(world.refused()).toEqual([]);
    expect(world.effects).toEqual([]);
    expect(world.model.lastItems.filter(({ type }) => type === "function_call")).toHaveLength(
      calls ?? messages.filter((message) => "callId" in message && message.type === "function_call").length,
    );
  });

  test("a state that is only text is a message of the user", async () => {
    const world = await left([], { messages: "go" }, "fine");
    world.model.script = () => "fine";
    expect(await world.go("and?")).toBe("fine");
    expect(world.model.lastItems).toMatchObject([{ role: "user", content: "go" }, { role: "user" }]);
  });
});

describe("a provider that fails", () => {
  test.each([
    ["with the store's accessor", false],
    ["with one's own", true],
  ])("in the middle of a run: a retry loses nothing and runs nothing twice, %s", async (_name, isOwn) => {
    const world = await openWorld([[paying(5, "x", "a")], [paying(5_000, "y", "b")]]);
    const thread = isOwn ? { state: ownState() } : {};
    world.server.disturb(undefined, { status: 500 });
    await expect(world.call("go", { thread }).getText()).rejects.toMatchObject({ statusCode: 500 });
    await world.call([], { thread }).getText();
    expect(world.effects).toEqual([{ amount: 5, to: "x" }]);
    await world.approve();
    world.server.disturb({ status: 503 }, { cutAfter: 2 });
    await expect(world.call([], { thread }).getText()).rejects.toMatchObject({ statusCode: 503 });
    await expect(world.call([], { thread }).getText()).rejects.toThrow();
    expect(await world.call([], { thread }).getText()).toBe('"paid 5 to x" | "paid 5000 to y"');
    expect(world.effects).toHaveLength(2);
    expect(world.refused().filter((refusal) => !refusal.startsWith("Disturbed"))).toEqual([]);
  });

  test("under one accessor object as well", async () => {
    const world = await openWorld([[paying(5, "x", "a")], [paying(5_000, "y", "b")]]);
    const { gateCall } = await import("@countersign/openrouter");
    const spread = gateCall(world.gate, [world.pay], { threadId: "t" }) as never;
    const go = (input: string | []) => callModel(world.client, spread, input).getText();
    world.server.disturb({ status: 500 }, undefined, { status: 500 });
    await expect(go("go")).rejects.toMatchObject({ statusCode: 500 });
    await expect(go("go")).rejects.toMatchObject({ statusCode: 500 });
    await go([]);
    await world.approve();
    expect(await go([])).toBe('"paid 5 to x" | "paid 5000 to y"');
    expect(world.effects).toHaveLength(2);
  });
});

test("a run that died in the middle of its round, under one accessor object: refused once, then begun again", async () => {
  const world = await openWorld([[paying(5, "x", "a")], "fine"]);
  const { gateCall } = await import("@countersign/openrouter");
  const spread = gateCall(world.gate, [world.pay], { threadId: "t" }) as never;
  const dying = { onTurnStart: () => Promise.reject(new Error("died")) };
  expect(await codeOf(callModel(world.client, spread, "go", dying).getText())).toMatch(/died/);
  expect(await codeOf(callModel(world.client, spread, "go").getText())).toMatch(/is running already/);
  expect(await callModel(world.client, spread, "go").getText()).toBe("fine");
  expect(world.effects).toHaveLength(1);
});
