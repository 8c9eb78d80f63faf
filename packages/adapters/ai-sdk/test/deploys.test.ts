// A deploy between the question and the answer: tools that no longer fit are refused by name, and a rollback goes on.
import { Amount, openDesk, type Desk, type Payment } from "@countersign/adapter-tests";
import { applyDecisions, createRunner, gateTools } from "@countersign/ai-sdk";
import * as ai from "ai";
import * as six from "ai-v6";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { addedBy } from "./support/added-by.ts";
import { scriptedModel } from "./support/scripted-model.ts";

const turns = [{ calls: [{ id: "call_0", tool: "pay", args: { amount: 4_200, to: "Acme" } }] }, { text: "done" }];
type Gating = (tools: ai.ToolSet) => ai.ToolSet;
type Deployed = (gated: Gating, pay: ai.ToolSet[string]) => ai.ToolSet;
const deploys: readonly (readonly [string, Deployed, readonly string[]])[] = [
  ["renamed", (gated, pay) => gated({ pay_vendor: pay }), []],
  ["removed", () => ({}), []],
  ["without its gate", (_, pay) => ({ pay }), ["pay"]],
];

const USER: ai.ModelMessage = { role: "user", content: "pay" };
describe.each([
  ["7", ai, "v4"],
  ["6", six as unknown as typeof ai, "v3"],
] as const)("on version %s", (_, sdk, spec) => {
  /** One process with these tools, on the same store as the others. */
  function deployed(desk: Desk, tools: Deployed = (gated, pay) => gated({ pay }), ungated: readonly string[] = [], prepared = false) {
    const { model, transcript } = scriptedModel(turns, spec);
    const pay = sdk.tool({ inputSchema: Amount, execute: desk.carryOut });
    const offered = tools((set) => gateTools<ai.ToolSet, unknown>(desk.gate, set), pay);
    const chosen = { prepareCall: (call: object) => ({ ...call, tools: offered }) } as never;
    const agent = new sdk.ToolLoopAgent<never, ai.ToolSet>({ model, maxRetries: 0, ...(prepared ? chosen : { tools: offered }), ...(prepared ? { tools: {} } : {}) }); // prettier-ignore
    return { transcript, runner: createRunner(desk.gate, agent, { name: "payments", ungated: prepared ? [] : ungated }) };
  }
  const statuses = async ({ gate }: Desk) => (await gate.list({})).items.map(({ status, execution }) => [status, execution]);

  test.each(deploys)(
    "a tool that is %s: refused before anything, the signature holds, a rollback goes on",
    async (_how, tools, ungated) => {
      const desk = openDesk();
      await deployed(desk).runner.start("t", "pay");
      await desk.approve();
      const other = deployed(desk, tools, ungated);
      for (const again of [() => other.runner.resume("t"), () => other.runner.resumeStream("t").then(({ outcome }) => outcome)])
        await expect(again()).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE", message: expect.stringContaining("a call of pay") });
      expect([desk.effects, other.transcript().requests, await statuses(desk)]).toEqual([[], 0, [["approved", "none"]]]);
      expect(await deployed(desk).runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
      expect(desk.effects).toHaveLength(1);
    },
  );

  test("an edit and a rejection are kept as well", async () => {
    for (const decide of [(desk: Desk) => desk.edit({ amount: 4_000, to: "Acme" }), (desk: Desk) => desk.reject("no")]) {
      const desk = openDesk();
      await deployed(desk).runner.start("t", "pay");
      await decide(desk);
      const before = await statuses(desk);
      await expect(deployed(desk, () => ({})).runner.resume("t")).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
      expect(await statuses(desk)).toEqual(before);
      expect(await deployed(desk).runner.resume("t")).toMatchObject({ status: "completed" });
    }
  });

  test("a page is told, and shows what it showed before", async () => {
    const desk = openDesk();
    await deployed(desk).runner.start("t", "pay");
    const { runner } = deployed(desk, (gated, pay) => gated({ pay_vendor: pay }));
    const message = (await runner.messages("t")).at(-1) as ai.UIMessage;
    const parts = message.parts.map((part) => (sdk.isToolUIPart(part) ? { ...part, state: "approval-responded", approval: { id: part.approval?.id, approved: true } } : part)); // prettier-ignore
    const response = await runner.respond({ threadId: "t", message: { ...message, parts } as ai.UIMessage, by: { id: "alice" } });
    expect(await response.text()).toContain('"code":"STATE_INCOMPATIBLE"');
    expect([desk.effects, await statuses(desk)]).toEqual([[], [["approved", "none"]]]);
    await deployed(desk).runner.resume("t");
    expect(desk.effects).toHaveLength(1);
  });

  test("an agent that chooses its tools for each run is looked at when it has chosen", async () => {
    const desk = openDesk();
    await deployed(desk, undefined, [], true).runner.start("t", "pay");
    await desk.approve();
    const other = deployed(desk, (gated, pay) => gated({ pay_vendor: pay }), [], true);
    await expect(other.runner.resume("t")).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
    expect([desk.effects, other.transcript().requests, await statuses(desk)]).toEqual([[], 0, [["approved", "none"]]]);
    expect(await deployed(desk, undefined, [], true).runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects).toHaveLength(1);
  });

  test("a loop of one's own whose schema refuses what was signed", async () => {
    const desk = openDesk();
    const thread = { threadId: "t" };
    const { model } = scriptedModel(turns, spec);
    const withSchema = (inputSchema: z.ZodType<Payment>) =>
      gateTools<ai.ToolSet, unknown>(desk.gate, { pay: sdk.tool({ inputSchema, execute: desk.carryOut }) }, thread);
    const good = withSchema(Amount);
    const messages = [USER, ...addedBy(await sdk.generateText({ model, tools: good, messages: [USER] }))];
    await applyDecisions(desk.gate, messages, thread, { tools: good });
    await desk.approve();
    const strict = withSchema(Amount.refine(({ amount }) => amount < 4_000));
    await expect(applyDecisions(desk.gate, messages, thread, { tools: strict })).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
    expect([desk.effects, await statuses(desk)]).toEqual([[], [["approved", "none"]]]);
  });

  test.each(deploys)("a loop of one's own whose tool is %s is refused, if it is told the tools", async (_how, tools) => {
    const desk = openDesk();
    const thread = { threadId: "t" };
    const pay = sdk.tool({ inputSchema: Amount, execute: desk.carryOut });
    const gated: Gating = (set) => gateTools<ai.ToolSet, unknown>(desk.gate, set, thread);
    const [good, bad] = [gated({ pay }), tools(gated, pay)];
    const { model } = scriptedModel(turns, spec);
    const messages = [USER, ...addedBy(await sdk.generateText({ model, tools: good, messages: [USER] }))];
    await applyDecisions(desk.gate, messages, thread, { tools: good });
    await desk.approve();
    await expect(applyDecisions(desk.gate, messages, thread, { tools: bad })).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
    expect([desk.effects, await statuses(desk)]).toEqual([[], [["approved", "none"]]]);
    const applied = await applyDecisions(desk.gate, messages, thread, { tools: good });
    if (applied.status !== "ready") throw new Error("it still waits");
    await sdk.generateText({ model, tools: good, messages: applied.messages });
    expect(desk.effects).toHaveLength(1);
  });
});
