// A deploy in between: the tool of a call that waits has another name, is gone, or no longer runs here.
import { failure } from "@countersign/adapter-tests";
import { isCountersignError } from "@countersign/core";
import { gateCall } from "@countersign/openrouter";
import { hasExecuteFunction, tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { paying } from "./support/desk.ts";
import { callModel, openWorld, ownState, type World } from "./support/world.ts";

const Pay = z.object({ amount: z.number(), to: z.string() });
const deploys: readonly (readonly [string, () => readonly Tool[]])[] = [
  ["is renamed", () => [tool({ name: "pay_vendor", description: "", inputSchema: Pay, execute: async () => "never" })] as never],
  ["is removed", () => []],
  ["no longer runs here", () => [tool({ name: "pay", description: "", inputSchema: Pay, execute: false })] as never],
  [
    "has a run in the place of its execute",
    () => [{ type: "function", function: { name: "pay", inputSchema: Pay, run: async () => "never" } }] as never,
  ],
];
type Way = (world: World, tools: readonly Tool[], input?: string) => Promise<unknown>;
const viaCallModel =
  (own?: ReturnType<typeof ownState>): Way =>
  (world, tools, input) =>
    callModel(world.client, gateCall(world.gate, tools, { threadId: "t", ...(own && { state: own }) }), input ?? []).getText();
const ways: readonly (readonly [string, () => Way])[] = [
  [
    "the runner",
    () => (world, tools, input) => {
      const runner = world.runner({ tools, ungated: tools.every(hasExecuteFunction) ? [] : ["pay"] });
      return input === undefined ? runner.resume("t") : runner.start("t", input);
    },
  ],
  ["gateCall", () => viaCallModel()],
  ["gateCall with an accessor of one's own", () => viaCallModel(ownState())],
];

describe.each(ways)("with %s, the tool of a call", (_name, way) => {
  test.each(deploys)("%s while it waits: nothing happens, the signature stays, and the old version goes on", async (_how, tools) => {
    const [world, run] = [await openWorld([[paying(5_000, "x", "a"), paying(6_000, "y", "b")], "done"]), way()];
    await run(world, world.tools, "go");
    await world.about("x").approve();
    await world.about("y").reject("not y");
    const error = await failure(run(world, tools()));
    expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.message).toMatch(/The tool pay has changed since this call was signed/);
    expect([world.effects, world.server.requests.length]).toEqual([[], 1]);
    const { items } = await world.gate.list({ threadId: "t" });
    expect(items.map(({ status, execution }) => `${status}, ${execution}`).toSorted()).toEqual(["approved, none", "rejected, none"]);
    await run(world, world.tools);
    expect(world.effects).toEqual([{ amount: 5_000, to: "x" }]);
    expect(world.told()).toEqual(['"paid 5000 to x"', '{"error":"not y"}']);
  });

  test.each(deploys)("%s: it still waits for whoever has not decided", async (_how, tools) => {
    const [world, run] = [await openWorld([[paying(5_000)], "done"]), way()];
    await run(world, world.tools, "go");
    await run(world, tools()).catch(() => {});
    await world.approve();
    await run(world, world.tools);
    expect(world.effects).toHaveLength(1);
  });

  test.each(deploys)("%s: the model is told of a rejection, and of what has run", async (_how, tools) => {
    const [world, run] = [await openWorld([[paying(5_000, "x", "a"), paying(6_000, "y", "b")], "done"]), way()];
    await run(world, world.tools, "go");
    await world.about("x").approve();
    await world.about("y").reject("not y");
    world.server.disturb({ status: 500 });
    await run(world, world.tools).catch(() => {});
    await run(world, tools());
    expect(world.effects).toHaveLength(1);
    expect(world.told()).toEqual(['"paid 5000 to x"', '{"error":"not y"}']);
    expect(world.refused()).toEqual([expect.stringMatching(/Disturbed/)]);
  });
});
