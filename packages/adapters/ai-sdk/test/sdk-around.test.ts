// What the SDK itself can put around a tool call: nothing of it makes something run that nobody signed.
import { Amount, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import * as ai from "ai";
import * as six from "ai-v6";
import { describe, expect, test } from "vitest";
import { addedBy } from "./support/added-by.ts";
import { scriptedModel } from "./support/scripted-model.ts";

const LARGE = { amount: 4_200, to: "Acme" };
const asking = (args: object) => [{ calls: [{ id: "call_0", tool: "pay", args: args as never }] }, { text: "done" }];

interface Around {
  /** What the model says. */
  readonly args?: object;
  readonly tool?: object;
  readonly wrap?: (model: ai.LanguageModel) => ai.LanguageModel;
}

describe.each([
  ["7", ai, "v4"],
  ["6", six as unknown as typeof ai, "v3"],
] as const)("on version %s", (version, sdk, spec) => {
  function open(own: object, { args = LARGE, tool = {}, wrap = (model) => model }: Around = {}) {
    const desk = openDesk();
    const { model, transcript } = scriptedModel(asking(args), spec);
    const pay = { ...sdk.tool({ inputSchema: Amount, execute: desk.carryOut }), ...tool } as ai.ToolSet[string];
    const tools = gateTools<ai.ToolSet, unknown>(desk.gate, { pay });
    const agent = new sdk.ToolLoopAgent<never, ai.ToolSet>({ model: wrap(model), tools, maxRetries: 0, ...own });
    return { ...desk, transcript, runner: createRunner(desk.gate, agent, { name: "payments" }) };
  }
  async function asksAndRuns(world: ReturnType<typeof open>, args: object): Promise<void> {
    expect(await world.runner.start("t", "pay")).toMatchObject({ status: "suspended", pending: [{ args }] });
    expect(world.effects).toEqual([]);
    await world.approve();
    expect(await world.runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect(world.effects).toEqual([args]);
  }

  test("a middleware of the model's that changes a call: the changed one is asked about, and runs", async () => {
    const middleware = {
      specificationVersion: spec,
      wrapGenerate: async ({ doGenerate }: { doGenerate(): Promise<{ content: { type: string; input?: string }[] }> }) => {
        const result = await doGenerate();
        const changed = (part: { type: string; input?: string }) =>
          part.type === "tool-call" ? { ...part, input: JSON.stringify({ amount: 9_000, to: "Bolt" }) } : part;
        return { ...result, content: result.content.map(changed) };
      },
    };
    const wrap = (model: ai.LanguageModel) => sdk.wrapLanguageModel({ model: model as never, middleware: middleware as never });
    await asksAndRuns(open({}, { wrap }), { amount: 9_000, to: "Bolt" });
  });

  test("a repaired call is asked about as it was repaired", async () => {
    let repaired = 0;
    const repair = async ({ toolCall }: { toolCall: object }) => {
      repaired++;
      return { ...toolCall, input: JSON.stringify(LARGE) };
    };
    const own = version === "7" ? { repairToolCall: repair } : { experimental_repairToolCall: repair };
    await asksAndRuns(open(own, { args: { amount: "a lot", to: "Acme" } }), LARGE);
    expect(repaired).toBe(1);
  });

  test("callbacks of a tool's input are told, and run nothing", async () => {
    const told: unknown[] = [];
    const tool = { onInputAvailable: ({ input }: { input: unknown }) => void told.push(input) };
    const world = open({}, { tool });
    const { stream, outcome } = await world.runner.stream("t", "pay");
    await Array.fromAsync((stream as unknown as { fullStream: AsyncIterable<unknown> }).fullStream);
    expect([await outcome, told, world.effects]).toMatchObject([{ status: "suspended" }, [LARGE], []]);
  });

  test("a callback before each step that takes the gate's tools away leaves nothing that runs", async () => {
    const world = open({ prepareStep: () => ({ activeTools: [] }) });
    await world.runner.start("t", "pay");
    expect(world.effects).toEqual([]);
  });

  test("of an answer that comes twice, or with its opposite, nothing runs twice or unsigned", async () => {
    for (const answers of [
      [true, true],
      [false, true],
    ]) {
      const desk = openDesk();
      const thread = { threadId: "t" };
      const tools = gateTools<ai.ToolSet, unknown>(desk.gate, { pay: sdk.tool({ inputSchema: Amount, execute: desk.carryOut }) }, thread);
      const { model } = scriptedModel(asking(LARGE), spec);
      const user: ai.ModelMessage = { role: "user", content: "pay" };
      const first = await sdk.generateText({ model, tools, messages: [user] });
      const approvalId = first.content.flatMap((part) => (part.type === "tool-approval-request" ? [part.approvalId] : []))[0] ?? "";
      const content = answers.map((approved) => ({ type: "tool-approval-response" as const, approvalId, approved }));
      const messages: ai.ModelMessage[] = [user, ...addedBy(first), { role: "tool", content }];
      const forged = sdk.generateText({ model, tools, messages, maxRetries: 0 });
      if (answers[0]) await expect(forged).rejects.toMatchObject({ code: "NOT_APPROVED" });
      else await forged.catch(() => {});
      expect([desk.effects, (await desk.gate.list({})).items]).toEqual([[], []]);
    }
  });
});

test("an input that is refined is asked about as it was refined, and one that comes out different each time does not run", async () => {
  const desk = openDesk();
  let times = 0;
  const refining = (refine: (args: typeof LARGE) => typeof LARGE) => {
    const { model } = scriptedModel(asking(LARGE), "v4");
    const tools = gateTools<ai.ToolSet, unknown>(desk.gate, { pay: ai.tool({ inputSchema: Amount, execute: desk.carryOut }) });
    const agent = new ai.ToolLoopAgent<never, ai.ToolSet>({ model, tools, maxRetries: 0, experimental_refineToolInput: { pay: refine as never } }); // prettier-ignore
    return createRunner(desk.gate, agent, { name: "payments" });
  };
  const steady = refining((args) => ({ ...args, to: "Bolt" }));
  expect(await steady.start("a", "pay")).toMatchObject({ pending: [{ args: { amount: 4_200, to: "Bolt" } }] });
  await desk.approve();
  await steady.resume("a");
  expect(desk.effects).toEqual([{ amount: 4_200, to: "Bolt" }]);
  const unsteady = refining((args) => ({ ...args, amount: args.amount + ++times }));
  await unsteady.start("b", "pay");
  await desk.approve();
  await unsteady.resume("b");
  expect(desk.effects).toHaveLength(1);
});
