import { createGate, definePolicy, type Policy } from "@countersign/core";
import { gateTools } from "@countersign/openrouter";
import { tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Amount, openDesk, paying, type Lines } from "./support/desk.ts";
import { codeOf, openWorld, ownState, type World } from "./support/world.ts";

/** `pay` waits from 1,000 on, and of the others what is named. */
const asking = (...names: string[]): Policy =>
  definePolicy({
    default: "allow",
    tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000 }, ...Object.fromEntries(names.map((name) => [name, "ask"])) },
  });
const call = (name: string, id: string = name, args: object = {}) => ({ id, name, args });

async function worldOf(lines: Lines, tools: readonly Tool[], ...asked: string[]) {
  const desk = openDesk({ policy: asking(...asked) });
  return openWorld(lines, { desk, tools: [desk.pay, ...tools] });
}
/** Until it rests; then everything that waits is signed, and it goes on. */
async function signedThrough(world: World, runs: "callModel" | "runner"): Promise<string> {
  const runner = world.runner();
  const first = runs === "runner" ? await runner.start("t", "go") : await world.call("go").getText();
  for (const request of await world.pending()) await world.gate.decide(request, { type: "approve" }, { by: { id: "alice" } });
  if (runs === "callModel") return world.call([]).getText();
  const outcome = await runner.resume("t");
  return outcome.status === "completed" ? outcome.text : `${JSON.stringify(first)} ${outcome.status}`;
}
const output = (callId: string, text: string) => ({ type: "function_call_output" as const, callId, output: text });

describe.each(["callModel", "runner"] as const)("results, through %s", (runs) => {
  const results: readonly (readonly [what: string, result: unknown, told: string])[] = [
    ["nothing", undefined, "null"],
    ["null", null, "null"],
    ["an empty text", "", '""'],
    ["a big integer", 12_345_678_901_234_567_890n, '"12345678901234567890"'],
    ["a big integer inside", { paid: 5n }, '{"paid":"5"}'],
    ["a date", new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ];
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;

  test.each<(typeof results)[number]>([...results, ["a cycle", cyclic, `"[This result can't be kept as JSON. The call ran.]"`]])(
    "%s: of an allowed call, beside one that waits, and of a signed one",
    async (_name, result, told) => {
      let ran = 0;
      const odd = (name: string) =>
        tool({ name, description: "", inputSchema: z.object({}), execute: async () => (ran++, result) as string });
      const world = await worldOf([[call("free", "a")], [call("free", "b"), call("bound", "c")]], [odd("free"), odd("bound")], "bound");
      await signedThrough(world, runs);
      expect(world.told()).toEqual([told, told, told]);
      expect(ran).toBe(3);
      expect(world.refused()).toEqual([]);
    },
  );

  test("a replayed result is told as the first time", async () => {
    const odd = tool({ name: "odd", description: "", inputSchema: z.object({}), execute: async () => ({ paid: 5n }) as never });
    const world = await worldOf([[call("odd")]], [odd], "odd");
    await (runs === "runner" ? world.runner().start("t", "go") : world.call("go").getText());
    await world.approve();
    const resume = async () => void (await (runs === "runner" ? world.runner().resume("t") : world.call([]).getText()));
    world.server.disturb({ status: 500 });
    await expect(resume()).rejects.toMatchObject({ statusCode: 500 });
    await resume();
    expect(world.told()).toEqual(['{"paid":"5"}']);
  });

  test("toModelOutput is honoured, of an allowed and of a signed call, and stands behind the notice of an edit", async () => {
    const shown = (name: string) =>
      tool({
        name,
        description: "",
        inputSchema: Amount,
        execute: async ({ amount }) => ({ secret: "s3cret", amount }),
        toModelOutput: ({ output: { amount }, input }) => ({
          type: "content",
          value: [{ type: "input_text", text: `${amount} of ${(input as { to: string }).to}` }],
        }),
      });
    const args = { amount: 5, to: "x" };
    const lines = [[call("free", "a", args), call("bound", "b", args), call("edited", "c", args)]];
    const world = await worldOf(lines, ["free", "bound", "edited"].map(shown), "bound", "edited");
    const edited = async () => (await world.pending()).find(({ tool: name }) => name === "edited");
    const runner = world.runner();
    await (runs === "runner" ? runner.start("t", "go") : world.call("go").getText());
    const request = await edited();
    if (!request) throw new Error("nothing to edit");
    await world.gate.decide(request, { type: "edit", args: { amount: 4, to: "y" } }, { by: { id: "alice" } });
    await world.approve();
    await (runs === "runner" ? runner.resume("t") : world.call([]).getText());
    expect(world.told().toSorted()).toEqual(["5 of x", "5 of x", expect.stringMatching(/^A person reviewed .*\n4 of y$/s)]);
    expect(JSON.stringify(world.model.lastItems)).not.toContain("s3cret");
  });

  test("a tool that fails tells the model why, once, and what its outputSchema refuses is a failure", async () => {
    let tries = 0;
    const failing = tool({
      name: "failing",
      description: "",
      inputSchema: z.object({}),
      execute: async () => {
        tries++;
        throw new Error("insufficient funds");
      },
    });
    const wrong = tool({
      name: "wrong",
      description: "",
      inputSchema: z.object({}),
      outputSchema: z.object({ paid: z.number() }),
      execute: async () => ({ paid: "much" }) as never,
    });
    const world = await worldOf([[call("failing"), call("wrong")]], [failing, wrong], "failing", "wrong");
    await signedThrough(world, runs);
    expect(world.told()).toEqual(['{"error":"insufficient funds"}', expect.stringMatching(/error.*paid/)]);
    expect(tries).toBe(1);
    expect((await world.gate.list({ threadId: "t" })).items.map(({ execution }) => execution)).toEqual(["failed", "failed"]);
  });
});

describe("a generator", () => {
  const progress = (name: string) =>
    tool({
      name,
      description: "",
      inputSchema: z.object({ steps: z.number() }),
      eventSchema: z.object({ step: z.number() }),
      outputSchema: z.object({ done: z.string() }).transform(({ done }) => ({ done: `${done}!` })),
      async *execute({ steps }) {
        for (let step = 1; step <= steps; step++) yield { step };
        return { done: name };
      },
    }) as unknown as Tool;

  test("streams its preliminary results, and its result is checked once", async () => {
    const world = await worldOf([[call("free", "a", { steps: 2 })]], [progress("free")]);
    const result = world.call("go");
    const events = await Array.fromAsync(result.getToolStream());
    const preliminary = events.filter(({ type }) => type === "preliminary_result");
    expect(preliminary.map((event) => (event as { result: unknown }).result)).toEqual([{ step: 1 }, { step: 2 }]);
    expect(world.told()).toEqual(['{"done":"free!"}']);
  });

  test.each(["callModel", "runner"] as const)("waits like any other, and its result enters at the resume of %s", async (runs) => {
    const world = await worldOf(
      [[call("bound", "a", { steps: 2 }), call("free", "b", { steps: 1 })]],
      [progress("bound"), progress("free")],
      "bound",
    );
    await signedThrough(world, runs);
    expect(world.told().toSorted()).toEqual(['{"done":"bound!"}', '{"done":"free!"}']);
  });

  test("that only yields: an output that is no event counts, else the last", async () => {
    const yielding = (name: string, ...yields: object[]) =>
      tool({
        name,
        description: "",
        inputSchema: z.object({}),
        eventSchema: z.object({ step: z.number() }),
        outputSchema: z.looseObject({}),
        async *execute() {
          for (const one of yields) yield one as never;
        },
      }) as unknown as Tool;
    const tools = [yielding("first", { done: 1 }, { step: 2 }), yielding("last", { step: 1 }, { step: 2 }), yielding("none")];
    for (const asked of [[], ["first", "last", "none"]]) {
      const world = await worldOf([[call("first"), call("last"), call("none")]], tools, ...asked);
      await signedThrough(world, "runner").catch(() => {});
      expect(world.told().slice(0, 2)).toEqual(['{"done":1}', '{"step":2}']);
      expect(world.told()[2]).toMatch(/without emitting/);
    }
  });
});

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
    const runner = world.runner();
    await (runs === "runner" ? runner.start("t", "go") : world.call("go").getText());
    expect(await world.only()).toMatchObject({ tool: "pay" });
    await world.approve();
    if (runs === "runner") {
      expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [] });
      expect(await runner.resume("t", { answered: { m: "by hand" } })).toMatchObject({ status: "completed", text: "done" });
    } else expect(await world.call([output("m", '"by hand"')]).getText()).toBe("done");
    expect(world.told().toSorted()).toEqual(['"by hand"', '"paid 5000 to x"', '{"error":"Tool \\"ghost\\" not found"}']);
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
      expect(world.told()).toEqual([expect.stringMatching(/ghost.*not found/)]);
      expect(world.refused()).toEqual([]);
    },
  );

  test("a provider's tool is passed through", async () => {
    const search = { _brand: "server-tool", config: { type: "openrouter:web_search" } } as unknown as Tool;
    const desk = openDesk();
    expect(gateTools(desk.gate, [search], { threadId: "t" })[0]).toBe(search);
  });
});

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
