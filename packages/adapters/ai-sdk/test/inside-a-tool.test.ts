// What the code of a tool does with gated tools: it has the options of its own call, and may pass them on.
import { Amount, hintOf, openDesk } from "@countersign/adapter-tests";
import { applyDecisions, createRunner, gateTools } from "@countersign/ai-sdk";
import { definePolicy } from "@countersign/core";
import * as ai from "ai";
import * as six from "ai-v6";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { addedBy } from "./support/added-by.ts";
import { scriptedModel } from "./support/scripted-model.ts";

const user: ai.ModelMessage = { role: "user", content: "pay" };
const thread = { threadId: "t" };
type Execute = NonNullable<ai.ToolSet[string]["execute"]>;

describe.each([
  ["7", ai, "v4"],
  ["6", six as unknown as typeof ai, "v3"],
] as const)("on version %s", (_, sdk, spec) => {
  const paying = (amount: number) =>
    scriptedModel([{ calls: [{ id: "call_0", tool: "pay", args: { amount, to: "Acme" } }] }, { text: "done" }], spec);
  const said = ({ transcript }: ReturnType<typeof paying>) => transcript().messages.flatMap((m) => (m.role === "result" ? [m.text] : []));
  const called = (tools: ai.ToolSet, name: string, ...[args, options]: Parameters<Execute>) =>
    tools[name]?.execute?.(args, options) as unknown;

  test("a signature is not good for another tool that is called before the signed one, with its arguments", async () => {
    const desk = openDesk({ policy: definePolicy({ tools: { pay: "ask", wire: "ask" } }) });
    const ran: string[] = [];
    const named = (name: string) => sdk.tool({ inputSchema: Amount, execute: async () => (ran.push(name), name) }) as ai.ToolSet[string];
    const gated = gateTools<ai.ToolSet, unknown>(desk.gate, { pay: named("pay"), wire: named("wire") }, thread);
    const execute: Execute = async (args, options) => {
      await called(gated, "wire", args, options);
      return called(gated, "pay", args, options);
    };
    const tools = { ...gated, pay: { ...gated["pay"], execute } } as ai.ToolSet;
    const { model } = paying(4_200);
    const messages = [user, ...addedBy(await sdk.generateText({ model, tools, messages: [user] }))];
    await applyDecisions(desk.gate, messages, thread);
    await desk.approve();
    const applied = await applyDecisions(desk.gate, messages, thread);
    if (applied.status === "ready") await sdk.generateText({ model, tools, messages: applied.messages });
    expect(ran).toEqual(["pay"]);
  });

  test.each([
    ["allowed", 5],
    ["approved", 4_200],
  ])("a tool that the code of an %s call calls is judged by itself", async (_kind, amount) => {
    for (const notify of ["allow", "ask"] as const) {
      const asksOver = ({ args }: { args: { amount: number } }) => args.amount > 1_000;
      const desk = openDesk({ policy: definePolicy({ tools: { pay: { args: Amount, ask: asksOver }, notify } }) });
      const notified: unknown[] = [];
      const tell = sdk.tool({ inputSchema: z.object({ who: z.string() }), execute: async (args: object) => void notified.push(args) });
      const inner = gateTools<ai.ToolSet, unknown>(desk.gate, { notify: tell });
      const execute: Execute = async (args: z.infer<typeof Amount>, options) => {
        const paid = await desk.carryOut(args);
        const failed = await Promise.resolve(called(inner, "notify", { who: args.to }, options)).then(() => "", String);
        return `${paid} ${failed}`;
      };
      const tools = { ...inner, ...gateTools<ai.ToolSet, unknown>(desk.gate, { pay: { ...sdk.tool({ inputSchema: Amount }), execute } }) }; // prettier-ignore
      const scripted = paying(amount);
      const runner = createRunner(desk.gate, new sdk.ToolLoopAgent<never, ai.ToolSet>({ model: scripted.model, tools, maxRetries: 0 }), { name: "payments" }); // prettier-ignore
      if ((await runner.start("t", "pay")).status === "suspended") {
        await desk.approve();
        expect(await runner.resume("t")).toMatchObject({ status: "completed" });
      }
      expect(desk.effects).toHaveLength(1);
      expect(notified).toEqual(notify === "allow" ? [{ who: "Acme" }] : []);
      expect(said(scripted)[0]).toContain(notify === "allow" ? "paid" : "no recorded approval");
    }
  });

  test("a tool that nobody gated and that calls a gated one is told why there is no result, and so is the model", async () => {
    const desk = openDesk();
    const gated = gateTools<ai.ToolSet, unknown>(desk.gate, { pay: sdk.tool({ inputSchema: Amount, execute: desk.carryOut }) as ai.ToolSet[string] }, thread); // prettier-ignore
    const execute: Execute = (args, options) => called(gated, "pay", args, options);
    const scripted = paying(4_200);
    const pay = { ...sdk.tool({ inputSchema: Amount }), execute } as ai.ToolSet[string];
    await sdk.generateText({ model: scripted.model, tools: { pay }, messages: [user], stopWhen: ai.isStepCount(3) as never });
    expect(desk.effects).toEqual([]);
    expect(said(scripted)[0]).toContain("There is no recorded approval of this call");
  });
});

describe("code mode", () => {
  /** As the SDK's own package has it, with calls in the place of code. */
  const codeWith = (tools: ai.ToolSet) =>
    ai.tool({
      inputSchema: z.object({ payments: z.array(Amount) }),
      async execute({ payments }, options) {
        const made = payments.map(async (args, index) => {
          const own = { ...options, toolCallId: `${options.toolCallId}:${index}` };
          const { needsApproval, execute } = tools["pay"] as { needsApproval(...args: unknown[]): unknown; execute: Execute };
          return (await needsApproval(args, own)) ? "needs approval" : ((await execute(args, own)) as string);
        });
        return Promise.all(made);
      },
    });
  const code = (): ai.ToolSet[string] => ai.experimental_toolCaller(codeWith({}), { type: "local", bind: codeWith });

  test("judges the calls of the code one by one", async () => {
    const desk = openDesk();
    const payments = [5, 4_200].map((amount) => ({ amount, to: "Acme" }));
    const { model, transcript } = scriptedModel([{ calls: [{ id: "c", tool: "code", args: { payments } }] }, { text: "done" }], "v4");
    const tools = { ...gateTools<ai.ToolSet, unknown>(desk.gate, { pay: ai.tool({ inputSchema: Amount, execute: desk.carryOut }) }), code: code() }; // prettier-ignore
    const agent = new ai.ToolLoopAgent<never, ai.ToolSet>({
      model,
      tools,
      maxRetries: 0,
      experimental_toolCallers: { pay: ["code" as never] },
    });
    await createRunner(desk.gate, agent, { name: "payments", ungated: ["code"] }).start("t", "pay");
    expect(desk.effects).toEqual([payments[0]]);
    expect(JSON.stringify(transcript().messages)).toContain("needs approval");
  });

  test("stands outside of the gate, and says so", async () => {
    expect(await hintOf(() => gateTools<ai.ToolSet, unknown>(openDesk().gate, { code: code() }))).toContain("name it in ungated");
  });
});
