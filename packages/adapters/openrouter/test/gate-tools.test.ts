import { createGate, definePolicy } from "@countersign/core";
import { gateTools } from "@countersign/openrouter";
import { describe, expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { codeOf, openWorld } from "./support/world.ts";

describe("gateTools alone", () => {
  test("runs what the policy allows, nothing else, and asks nobody", async () => {
    const world = await openWorld([[paying(5, "x", "a")], [paying(5_000, "y", "b")]]);
    const tools = gateTools(world.gate, [world.pay], { threadId: "t" });
    const run = (more: object = {}) => world.client.callModel({ model: "any", input: "go", tools, ...more }).getText();
    expect(await codeOf(run())).toMatch(/require approval/);
    expect(await run({ requireApproval: () => false })).toMatch(/paid 5 to x.*no recorded approval/);
    expect(world.effects.every((effect) => (effect as { amount: number }).amount === 5)).toBe(true);
    expect(await world.pending()).toEqual([]);
  });

  test("outside any thread nothing runs", async () => {
    const world = await openWorld([[paying(5)]]);
    const tools = gateTools(world.gate, [world.pay]);
    const text = await codeOf(world.client.callModel({ model: "any", input: "go", tools, requireApproval: () => false }).getText());
    expect(text === "nothing thrown" ? world.told().join() : text).toMatch(/outside any thread/);
    expect(world.effects).toEqual([]);
  });

  test("a tool that got another name since is not judged by its old one: it doesn't run until it is gated again", async () => {
    const desk = openDesk({ policy: definePolicy({ tools: { pay: "allow", bank_pay: "ask" } }) });
    const world = await openWorld([[{ ...paying(5_000), name: "bank_pay" }]], { desk });
    const [gated] = gateTools(world.gate, [world.pay], { threadId: "t" });
    const renamed = { ...gated, function: { ...gated.function, name: "bank_pay" } };
    await world.client.callModel({ model: "any", input: "go", tools: [renamed] }).getText();
    expect([world.effects, world.told()]).toEqual([[], [expect.stringContaining("bank_pay was gated as pay")]]);
    const runner = world.runner({ tools: [renamed] });
    expect(await runner.start("r", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "bank_pay" }] });
  });

  test("a gated tool may be gated again, and belongs to whoever gated it last", async () => {
    const world = await openWorld([[paying(5_000)]]);
    const strict = createGate({ policy: definePolicy({ default: "deny", tools: {} }), store: world.store, warn: () => {} });
    const tools = gateTools(strict, [world.pay], { threadId: "t" });
    const again = gateTools(world.gate, tools, { threadId: "t" });
    expect(again[0].function.name).toBe("pay");
    const runner = world.runner({ tools: again });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended" });
    await world.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: '"paid 5000 to x"' });
  });
});
