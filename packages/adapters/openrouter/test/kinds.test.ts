import { Amount } from "@countersign/adapter-tests";
import { tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { call, worldOf } from "./support/kinds.ts";
import type { World } from "./support/world.ts";

/** Until it rests; then everything that waits is signed, and it goes on. */
async function signedThrough(world: World, runs: "callModel" | "runner"): Promise<string> {
  const runner = world.runner();
  const first = runs === "runner" ? await runner.start("t", "go") : await world.call("go").getText();
  for (const request of await world.pending()) await world.gate.decide(request, { type: "approve" }, { by: { id: "alice" } });
  if (runs === "callModel") return world.call([]).getText();
  const outcome = await runner.resume("t");
  return outcome.status === "completed" ? outcome.text : `${JSON.stringify(first)} ${outcome.status}`;
}
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

  test.each<(typeof results)[number]>([...results, ["a cycle", cyclic, `"[This call ran. Its result can't be kept: self has no JSON.]"`]])(
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
