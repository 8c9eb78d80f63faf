// What can't be read is told to the model alone: the gate's `onInvalid` counts it.
import { definePolicy, type InvalidCall } from "@countersign/core";
import { Amount } from "@countersign/adapter-tests";
import { expect, test } from "vitest";
import { openDesk } from "./support/desk.ts";
import { openWorld } from "./support/world.ts";

test.each([
  ["what the rule's schema refuses", definePolicy({ tools: { pay: { args: Amount, ask: true } } })],
  ["what the tool's schema refuses", definePolicy({ tools: { pay: "allow" } })],
])("%s is told of once, and nothing runs", async (_, policy) => {
  const told: InvalidCall[] = [];
  const desk = openDesk({ policy, onInvalid: (call) => told.push(call) });
  const world = await openWorld([[{ id: "c", name: "pay", args: { amount: "five", to: "x" } }]], { desk });
  expect(await world.runner().start("t", "go")).toMatchObject({ status: "completed" });
  expect(told).toMatchObject([{ tool: "pay", threadId: "t", agent: "payments", issues: [{ path: ["amount"] }] }]);
  expect(world.effects).toEqual([]);
});
