// A tool that goes through the gate more than once is gated once.
import { Amount, hintOf, openDesk, type Desk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { createGate } from "@countersign/core";
import { generateText, isStepCount, tool, ToolLoopAgent, type ToolSet } from "ai";
import { expect, test } from "vitest";
import { scriptedModel } from "./support/scripted-model.ts";

const pays = (amount: number) => [{ calls: [{ id: "call_0", tool: "pay", args: { amount, to: "Acme" } }] }, { text: "done" }];
type Twice = (desk: Desk, tools: ToolSet) => ToolSet;
const gated: Twice = ({ gate }, tools) => gateTools<ToolSet, unknown>(gate, tools);
type Execute = NonNullable<ToolSet[string]["execute"]>;
/** What instrumentation makes of a tool: another one that calls it, `times` over. */
const around = (tools: ToolSet, change = (args: object) => args, times = 1): ToolSet =>
  Object.fromEntries(
    Object.entries(tools).map(([name, given]) => {
      const execute: Execute = async (args, options) => {
        let last: unknown;
        for (let time = 0; time < times; time++) last = await given.execute?.(change(args as object) as never, options);
        return last;
      };
      return [name, { ...given, execute } as ToolSet[string]];
    }),
  );

const ways: readonly (readonly [string, Twice])[] = [
  ["twice", (desk, tools) => gated(desk, gated(desk, tools))],
  ["again, as a copy", (desk, tools) => gated(desk, { pay: { ...gated(desk, tools)["pay"] } as ToolSet[string] })],
  ["again, with something in between", (desk, tools) => gated(desk, around(gated(desk, tools)))],
  ["again, with a retry in between", (desk, tools) => gated(desk, around(gated(desk, tools), undefined, 3))],
];

function open(twice: Twice, amount = 4_200) {
  const desk = openDesk({ timings: { receiptWait: 200 } });
  const { model, transcript } = scriptedModel(pays(amount), "v4");
  const tools = twice(desk, { pay: tool({ inputSchema: Amount, execute: desk.carryOut }) as ToolSet[string] });
  const runner = createRunner(desk.gate, new ToolLoopAgent<never, ToolSet>({ model, tools, maxRetries: 0 }), { name: "payments" });
  const told = () => transcript().messages.flatMap((message) => (message.role === "result" ? [message.text] : []));
  return { ...desk, runner, told };
}

test.each(ways)("gated %s: asked about once, and run once", async (_, twice) => {
  const world = open(twice);
  expect(await world.runner.start("t", "pay")).toMatchObject({ status: "suspended", pending: [{}] });
  await world.edit({ amount: 4_000, to: "Acme" });
  expect(await world.runner.resume("t")).toMatchObject({ status: "completed" });
  expect(world.effects).toEqual([{ amount: 4_000, to: "Acme" }]);
  const once = open(gated);
  await once.runner.start("t", "pay");
  await once.edit({ amount: 4_000, to: "Acme" });
  await once.runner.resume("t");
  expect(world.told()).toEqual(once.told());
});

test.each(ways)("gated %s: an allowed call runs once", async (_, twice) => {
  const world = open(twice, 5);
  expect(await world.runner.start("t", "pay")).toMatchObject({ status: "completed" });
  expect(world.effects).toHaveLength(1);
});

test("what stands in between can't change what was signed", async () => {
  const world = open((desk, tools) =>
    gated(
      desk,
      around(gated(desk, tools), (args) => ({ ...args, amount: 1_000_000 })),
    ),
  );
  await world.runner.start("t", "pay");
  await world.approve();
  await world.runner.resume("t").catch(() => {});
  expect(world.effects).toEqual([]);
});

test("an agent inside the tool is no part of its call, even if its model uses the id again", async () => {
  const desk = openDesk();
  const inner = gateTools<ToolSet, unknown>(desk.gate, { pay: tool({ inputSchema: Amount, execute: desk.carryOut }) as ToolSet[string] }, { threadId: "inner" }); // prettier-ignore
  const execute = async () => {
    const result = await generateText({
      model: scriptedModel(pays(4_200), "v4").model,
      tools: inner,
      prompt: "pay",
      stopWhen: isStepCount(3),
    });
    return `${result.content.filter(({ type }) => type === "tool-approval-request").length} waits`;
  };
  const { model } = scriptedModel(pays(4_200), "v4");
  const tools = gateTools<ToolSet, unknown>(desk.gate, { pay: tool({ inputSchema: Amount, execute }) as ToolSet[string] });
  const runner = createRunner(desk.gate, new ToolLoopAgent<never, ToolSet>({ model, tools, maxRetries: 0 }), { name: "payments" });
  await runner.start("outer", "pay");
  await desk.approve();
  await runner.resume("outer");
  expect(desk.effects).toEqual([]);
});

test("a ThreadRef that is said later counts", async () => {
  const desk = openDesk();
  const first = gated(desk, { pay: tool({ inputSchema: Amount, execute: desk.carryOut }) as ToolSet[string] });
  const tools = gateTools<ToolSet, unknown>(desk.gate, first, { threadId: "t" });
  const { model } = scriptedModel(pays(5), "v4");
  await generateText({ model, tools, prompt: "pay", stopWhen: isStepCount(3) });
  expect(desk.effects).toHaveLength(1);
});

test("two gates around one tool are refused by name", async () => {
  const desk = openDesk();
  const other = createGate({ policy: desk.gate.policy, store: desk.store, warn: () => {} });
  const tools = gated(desk, { pay: tool({ inputSchema: Amount, execute: desk.carryOut }) as ToolSet[string] });
  expect(await hintOf(() => gateTools<ToolSet, unknown>(other, tools))).toMatch(/^Another gate guards the tool pay/);
});
