import { gateTools } from "@countersign/openrouter";
import { tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying } from "./support/desk.ts";
import { call, worldOf } from "./support/kinds.ts";
import { openWorld, ownState } from "./support/world.ts";

const output = (callId: string, text: string) => ({ type: "function_call_output" as const, callId, output: text });

describe("a tool that hands its call to people itself (onToolCalled)", () => {
  function hitl(name: string, answers: unknown) {
    const called: unknown[] = [];
    const made = tool({
      name,
      description: "",
      inputSchema: z.object({ q: z.string() }),
      outputSchema: z.object({ a: z.string() }),
      onToolCalled: async (args) => {
        called.push(args);
        return answers as { a: string } | null;
      },
    });
    return { called, made: made as unknown as Tool };
  }
  const asks = call("human", "h", { q: "?" });

  test("answers at once", async () => {
    const { made, called } = hitl("human", { a: "yes" });
    const world = await worldOf([[asks]], [made]);
    await world.call("go").getText();
    expect(world.told()).toEqual(['{"a":"yes"}']);
    expect(called).toHaveLength(1);
  });

  test("null waits for an output from outside, as the SDK does it: gateCall", async () => {
    const { made, called } = hitl("human", null);
    const world = await worldOf([[asks, paying(5)]], [made]);
    const result = world.call("go");
    await result.getText();
    expect((await result.getState()).status).toBe("awaiting_hitl");
    await world.call([output("h", '{"a":"later"}')]).getText();
    expect(world.told().toSorted()).toEqual(['"paid 5 to x"', '{"a":"later"}']);
    expect(called).toHaveLength(1);
    expect(world.effects).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });

  test.each([false, true])(
    "a mixed round waits for both kinds; onToolCalled isn't called twice (its own call is asked about: %s)",
    async (isAsked) => {
      const { made, called } = hitl("human", null);
      const world = await worldOf([[asks, paying(5_000, "x", "p"), paying(5, "y", "f")]], [made], ...(isAsked ? ["human"] : []));
      await world.call("go").getText();
      expect(called).toHaveLength(isAsked ? 0 : 1);
      expect(await world.pending()).toHaveLength(isAsked ? 2 : 1);
      for (const request of await world.pending()) await world.gate.decide(request, { type: "approve" }, { by: { id: "alice" } });
      await world.call([output("h", '{"a":"later"}')]).getText();
      expect(called).toHaveLength(1);
      expect(world.told().toSorted()).toEqual(['"paid 5 to y"', '"paid 5000 to x"', '{"a":"later"}']);
      expect(world.effects).toHaveLength(2);
      expect(world.refused()).toEqual([]);
    },
  );

  test.each([false, true])(
    "the runner waits for both, and takes the answer at its resume (its own call is asked about: %s)",
    async (isAsked) => {
      const { made, called } = hitl("human", null);
      const world = await worldOf([[asks, paying(5_000, "x", "p")], "done"], [made], ...(isAsked ? ["human"] : []));
      const runner = world.runner();
      expect(await runner.start("t", "go")).toMatchObject({ status: "suspended" });
      expect(await runner.resume("t", { answered: { h: { a: "early" } } })).toMatchObject({ status: "suspended" });
      for (const request of await world.pending()) await world.gate.decide(request, { type: "approve" }, { by: { id: "alice" } });
      const requests = world.server.requests.length;
      expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [] });
      expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [] });
      expect(world.server.requests).toHaveLength(requests);
      expect(await runner.resume("t", { answered: { h: { a: "later" } } })).toMatchObject({ status: "completed", text: "done" });
      expect(world.told().toSorted()).toEqual(['"paid 5000 to x"', '{"a":"later"}']);
      expect(called).toHaveLength(1);
      expect(world.effects).toHaveLength(1);
      expect(world.refused()).toEqual([]);
    },
  );

  test("its id, when it comes again for a call that waits, is another call's", async () => {
    const { made } = hitl("human", null);
    const desk = openDesk();
    const lines = [[asks], [paying(5_000, "x", "h")], "done"];
    const world = await openWorld(lines, { desk, tools: [desk.pay, made], repeatedIds: true });
    await world.call("go").getText();
    await world.call([output("h", '{"a":"later"}')]).getText();
    await world.approve();
    expect(await world.call([]).getText()).toBe("done");
    expect(world.effects).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });

  test("another input in place of the answer: the runner gives its call an output all the same", async () => {
    const { made } = hitl("human", null);
    const world = await worldOf([[asks], "fine"], [made]);
    const runner = world.runner();
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended" });
    expect(await runner.start("t", "never mind")).toMatchObject({ status: "completed", text: "fine" });
    expect(world.told()).toEqual([expect.stringMatching(/No result/)]);
    expect(world.refused()).toEqual([]);
  });

  test("the answer as an input of the runner", async () => {
    const { made } = hitl("human", null);
    const world = await worldOf([[asks], "fine"], [made]);
    const runner = world.runner();
    await runner.start("t", "go");
    expect(await runner.start("t", [output("h", '{"a":"later"}')])).toMatchObject({ status: "completed", text: "fine" });
    expect(world.told()).toEqual(['{"a":"later"}']);
  });
});

describe("what doesn't run here", () => {
  const manual = tool({ name: "manual", description: "", inputSchema: z.object({}), execute: false }) as unknown as Tool;

  test.each(["callModel", "runner"] as const)("a manual and an unknown tool in a gated round get their outputs: %s", async (runs) => {
    const world = await worldOf([[paying(5_000, "x", "p"), call("manual", "m"), call("ghost", "g")], "done"], [manual]);
    const runner = world.runner({ ungated: ["manual"] });
    await (runs === "runner" ? runner.start("t", "go") : world.call("go").getText());
    expect(await world.only()).toMatchObject({ tool: "pay" });
    await world.approve();
    if (runs === "runner") {
      expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [] });
      expect(await runner.resume("t", { answered: { m: "by hand" } })).toMatchObject({ status: "completed", text: "done" });
    } else expect(await world.call([output("m", '"by hand"')]).getText()).toBe("done");
    expect(world.told().toSorted()).toEqual([
      '"by hand"',
      '"paid 5000 to x"',
      '{"error":"There is no tool ghost here. The call did not run."}',
    ]);
    expect(world.refused()).toEqual([]);
  });

  test("a round of manual tools alone is the SDK's own pause", async () => {
    const world = await worldOf([[call("manual", "m")], "done"], [manual]);
    const result = world.call("go");
    await result.getText();
    expect((await result.getState()).status).toBe("awaiting_client_tools");
    expect(await world.call([output("m", '"by hand"')]).getText()).toBe("done");
    expect(world.refused()).toEqual([]);
  });

  test.each(["callModel", "callModel with an accessor of one's own", "runner"])(
    "an unknown tool alone is told to the model at the next %s",
    async (runs) => {
      const world = await worldOf([[call("ghost", "g")], "done"], []);
      const runner = world.runner();
      const thread = runs.includes("own") ? { state: ownState() } : {};
      if (runs === "runner") {
        expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [] });
        expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
      } else {
        await world.call("go", { thread }).getText();
        expect(await world.call([], { thread }).getText()).toBe("done");
      }
      expect(world.told()).toEqual([expect.stringMatching(/no tool ghost here/)]);
      expect(world.refused()).toEqual([]);
    },
  );

  test("a provider's tool is passed through", async () => {
    const search = { _brand: "server-tool", config: { type: "openrouter:web_search" } } as unknown as Tool;
    const desk = openDesk();
    expect(gateTools(desk.gate, [search], { threadId: "t" })[0]).toBe(search);
  });
});
