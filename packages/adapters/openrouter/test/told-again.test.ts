import { alice, failure } from "@countersign/adapter-tests";
import { approve, definePolicy, edit } from "@countersign/core";
import { gateCall } from "@countersign/openrouter";
import { createInitialState, tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";
import { call, worldOf } from "./support/kinds.ts";
import { openWorld, ownState, type World } from "./support/world.ts";

/** With what the SDK's own types would not let through. */
function answering(answer: unknown, more: object = {}, name = "odd"): Tool {
  return tool({ name, description: "", inputSchema: z.object({}), execute: async () => answer, ...more } as never);
}

const picture = { image: new Uint8Array([137, 80, 78, 71]), at: new Date("2026-11-29T09:00:00.123Z"), price: 5n };
const shown = ({ output }: { readonly output: typeof picture }): object => ({
  type: "content",
  value: [
    { type: "input_image", detail: "auto", imageUrl: `data:image/png;base64,${Buffer.from(output.image).toString("base64")}` },
    { type: "input_text", text: `${output.at.toISOString()} ${output.price + 1n}` },
  ],
});
const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

const ways = ["callModel", "callModel with an accessor of one's own", "runner"] as const;
function goingOn(world: World, way: (typeof ways)[number]) {
  const state = way.includes("own") ? { state: ownState() } : {};
  return async (input: string | [] = []): Promise<void> => {
    if (way !== "runner") return void (await world.call(input, { thread: state }).getText());
    await (typeof input === "string" ? world.runner().start("t", input) : world.runner().resume("t"));
  };
}

/** The bodies of the request that failed and of the one that told the same again. */
async function bothTold(world: World, go: ReturnType<typeof goingOn>) {
  world.server.disturb({ status: 500 });
  expect(await failure(go())).toMatchObject({ statusCode: 500 });
  await go();
  const [first, again] = world.server.requests.slice(-2).map(({ body }) => body);
  return { first, again };
}

describe.each(ways)("a replay from the receipt, through %s", (way) => {
  test.each<readonly [what: string, answer: unknown, more: object]>([
    ["a picture that the tool itself shows", picture, { toModelOutput: shown }],
    ["bytes and dates as they are", { ...picture, price: 0 }, {}],
    ["a big integer inside", picture, {}],
    ["nothing", undefined, {}],
    ["a cycle", cyclic, {}],
    ["a result that its tool can't read", picture, { toModelOutput: () => expect.fail("unreadable") }],
    ["a result of which its schema leaves out a part", { ...picture, secret: "s3cret" }, { outputSchema: z.object({ at: z.date() }) }],
  ])("tells the model the same of %s", async (_what, answer, more) => {
    const world = await worldOf([[call("odd")]], [answering(answer, more)], "odd");
    const go = goingOn(world, way);
    await go("go");
    await world.approve();
    const { first, again } = await bothTold(world, go);
    expect(again).toEqual(first);
    expect(world.told()).toHaveLength(1);
    expect(world.told()[0]).not.toMatch(/error|s3cret/);
    expect(world.refused()).toHaveLength(1);
  });

  test("also behind the notice of an edit", async () => {
    const world = await worldOf([[call("odd")]], [answering(picture, { inputSchema: z.looseObject({}), toModelOutput: shown })], "odd");
    const go = goingOn(world, way);
    await go("go");
    await world.gate.decide(await world.only(), edit({ size: 2 }), { by: alice });
    const { first, again } = await bothTold(world, go);
    expect(again).toEqual(first);
    expect(world.told()[0]).toMatch(/changed its arguments.*"size":2.*2026-11-29T09:00:00.123Z 6/s);
  });

  test("also of a call that the SDK itself has run, because its signature was remembered", async () => {
    const policy = definePolicy({ tools: { odd: { ask: true, review: { remember: ["tool"] } } } });
    const withSchema = { outputSchema: z.object({ at: z.date() }), toModelOutput: undefined };
    const desk = openDesk({ policy });
    const tools = [answering({ ...picture, secret: "s3cret" }, withSchema)];
    const world = await openWorld([[call("odd", "a")], [call("odd", "b")], "done"], { desk, tools });
    const go = goingOn(world, way);
    await go("go");
    await world.gate.decide(await world.only(), approve({ remember: { scope: "tool" } }), { by: alice });
    world.server.disturb(undefined, { status: 500 });
    expect(await failure(go())).toMatchObject({ statusCode: 500 });
    await go();
    const [first, again] = world.server.requests.slice(-2).map(({ body }) => body);
    expect(again).toEqual(first);
    expect(world.told()).toEqual(['{"at":"2026-11-29T09:00:00.123Z"}', '{"at":"2026-11-29T09:00:00.123Z"}']);
  });
});

test("a callModel that dies before it has saved anything finds what the one before it told", async () => {
  const world = await worldOf([[call("odd")]], [answering(picture, { toModelOutput: shown })], "odd");
  await goingOn(world, "callModel")("go");
  await world.approve();
  const loaded = () => gateCall(world.gate, world.tools, { threadId: "t" }).state.load();
  const [first, again] = [await loaded(), await loaded()];
  expect(again?.messages).toEqual(first?.messages);
  expect(JSON.stringify(again?.messages)).toContain("data:image/png;base64,iVBORw==");
});

describe("a tool that can't show its own result", () => {
  const bytes = { type: "content", value: [{ type: "input_image", detail: "auto", imageUrl: picture.image }] };
  const faults: Readonly<Record<string, () => unknown>> = { throws: () => expect.fail("unreadable"), "says bytes": () => bytes };

  test.each(ways.flatMap((way) => Object.keys(faults).map((fault) => [fault, way] as const)))(
    "and %s has run all the same: the model reads the plain result, through %s",
    async (fault, way) => {
      const tools = ["free", "beside", "bound"].map((name) => answering("paid", { toModelOutput: faults[fault] }, name));
      const world = await worldOf([[call("free")], [call("beside"), call("bound")]], tools, "bound");
      const go = goingOn(world, way);
      await go("go");
      await world.approve();
      await go();
      expect(world.told()).toEqual(['"paid"', '"paid"', '"paid"']);
    },
  );

  test("because an accessor of one's own has kept it as JSON, is told by it", async () => {
    const world = await worldOf([], [answering(picture, { toModelOutput: shown })]);
    const state = ownState();
    const made = { type: "function_call", id: "fc_1", callId: "a", name: "odd", arguments: "{}", status: "completed" };
    const unsentToolResults = [{ callId: "a", name: "odd", output: { image: { 0: 137 } } }];
    const left = { messages: [{ role: "user", content: "go" }, made], status: "in_progress", unsentToolResults };
    state.kept = { ...createInitialState("t"), ...left } as never;
    world.model.script = () => "done";
    await world.call([], { thread: { state } }).getText();
    expect(world.told()).toEqual(['{"image":{"0":137}}']);
  });

  test("of a class, reads it at first, and its JSON in a replay", async () => {
    class Money {
      readonly cents = 420_000;
      get euros(): number {
        return this.cents / 100;
      }
    }
    const inEuros = ({ output }: { readonly output: Money }): object => ({
      type: "content",
      value: [{ type: "input_text", text: `${output.euros.toFixed(2)} EUR` }],
    });
    const world = await worldOf([[call("odd")]], [answering(new Money(), { toModelOutput: inEuros })], "odd");
    const go = goingOn(world, "runner");
    await go("go");
    await world.approve();
    const { first } = await bothTold(world, go);
    expect(JSON.stringify(first)).toContain("4200.00 EUR");
    expect(world.told()).toEqual(['{"cents":420000}']);
  });
});
