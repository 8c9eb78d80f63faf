import { definePolicy } from "@countersign/core";
import { tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";
import { openWorld } from "./support/world.ts";

/** A tool that tells what it sees of its context, and counts there. */
const counting = (name: string, seen: unknown[]) =>
  tool({
    name,
    description: "",
    inputSchema: z.object({}),
    contextSchema: z.object({ key: z.string(), count: z.number() }),
    execute: async (_args, context) => {
      const { local, shared } = context as unknown as { local: { key: string; count: number }; shared: object };
      seen.push([name, { ...local }, { ...shared }]);
      context?.setContext({ count: local.count + 1 });
      (context as unknown as { setSharedContext(partial: object): void }).setSharedContext({ user: `after ${name}` });
      return "counted";
    },
  }) as unknown as Tool;

describe("a tool's context, for a call that runs at a resume under the runner", () => {
  const policy = definePolicy({ default: "allow", tools: { bound: "ask" } });
  const sharedContextSchema = z.object({ user: z.string() });
  const given = { bound: { key: "k", count: 1 }, shared: { user: "bob" } };
  const call = (name: string, id: string) => ({ id, name, args: {} });

  test.each([
    ["an object", given],
    ["a function", () => given],
    ["a promise of one", async () => given],
  ])("is what callModel was given, also by %s, and what tools set is there for the rest of the run", async (_name, context) => {
    const seen: unknown[] = [];
    const tools = [counting("bound", seen), counting("free", seen)];
    const world = await openWorld([[call("bound", "a")], [call("free", "b")], "done"], { desk: openDesk({ policy }), tools });
    const runner = world.runner({ context: () => ({ context }), sharedContextSchema });
    // The free tool has no context of its own: what the SDK says of that is its business.
    await runner.start("t", "go");
    expect(seen).toEqual([]);
    await world.approve();
    await runner.resume("t");
    expect(seen[0]).toEqual(["bound", { key: "k", count: 1 }, { user: "bob" }]);
    expect(world.told()[0]).toBe('"counted"');
  });

  test("setContext of one call is seen by the next, in the same run", async () => {
    const seen: unknown[] = [];
    const world = await openWorld([[call("bound", "a")], [call("free", "b")], "done"], {
      desk: openDesk({ policy }),
      tools: [counting("bound", seen), counting("free", seen)],
    });
    const context = { bound: { key: "k", count: 1 }, free: { key: "f", count: 7 }, shared: { user: "bob" } };
    const runner = world.runner({ context: () => ({ context }), sharedContextSchema });
    await runner.start("t", "go");
    await world.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect(seen).toEqual([
      ["bound", { key: "k", count: 1 }, { user: "bob" }],
      ["free", { key: "f", count: 7 }, { user: "after bound" }],
    ]);
  });

  test("that the schema refuses fails the call, and the model is told", async () => {
    const seen: unknown[] = [];
    const world = await openWorld([[call("bound", "a")]], { desk: openDesk({ policy }), tools: [counting("bound", seen)] });
    const runner = world.runner({ context: () => ({ context: { bound: { key: 1 } } }) });
    await runner.start("t", "go");
    await world.approve();
    await runner.resume("t");
    expect(world.told()).toEqual([expect.stringMatching(/error/)]);
    expect(seen).toEqual([]);
  });

  test("with gateCall it is empty at a resume: callModel's context can't be seen from there", async () => {
    const seen: unknown[] = [];
    const free = tool({
      name: "bound",
      description: "",
      inputSchema: z.object({}),
      execute: async (_args, context) => seen.push({ ...(context as unknown as { local: object }).local }),
    });
    const world = await openWorld([[call("bound", "a")]], { desk: openDesk({ policy }), tools: [free] });
    await world.call("go", { context: given as never }).getText();
    await world.approve();
    await world.call([], { context: given as never }).getText();
    expect(seen).toEqual([{}]);
  });
});
