// What somebody reads who has passed the wrong thing, and what an operator reads of a tool that threw.
import { Amount, bankIsDown, hintOf, openDesk } from "@countersign/adapter-tests";
import { applyDecisions, argsOf, createRunner, decideNative, gateTools } from "@countersign/ai-sdk";
import { tool, ToolLoopAgent } from "ai";
import { expect, test } from "vitest";
import { scriptedModel } from "./support/scripted-model.ts";

const wrong = undefined as never;

test.each<[string, (desk: ReturnType<typeof openDesk>) => unknown, string]>([
  ["no gate", () => gateTools(wrong, {}), "Expected a gate, got undefined. Pass what createGate returns"],
  [
    "no tools",
    ({ gate }) => gateTools(gate, wrong),
    "gateTools got undefined in the place of the tools. Write gateTools(gate, { send_payment }).",
  ],
  [
    "a list of tools",
    ({ gate }) => gateTools(gate, [] as never),
    "gateTools got a list in the place of the tools. Write gateTools(gate, { send_payment }).",
  ],
  [
    "a hole in the tools",
    ({ gate }) => gateTools(gate, { pay: wrong }),
    "gateTools got undefined in the place of the tool pay. Write gateTools(gate, { pay: tool({ … }) }).",
  ],
  [
    "options in the place of the thread",
    ({ gate }) => gateTools(gate, {}, { ungated: [] } as never),
    "gateTools got an object in the place of the thread. Write gateTools(gate, tools, { threadId }).",
  ],
  [
    "no agent",
    ({ gate }) => createRunner(gate, {} as never, { name: "a" }),
    'createRunner got an object in the place of the agent. Write createRunner(gate, new ToolLoopAgent({ … }), { name: "payments" }).',
  ],
  [
    "no messages",
    ({ gate }) => applyDecisions(gate, wrong, { threadId: "t" }),
    "applyDecisions got undefined in the place of the messages. Write applyDecisions(gate, messages, { threadId }).",
  ],
  [
    "no thread",
    ({ gate }) => applyDecisions(gate, [], wrong),
    "applyDecisions got null in the place of the thread. Write applyDecisions(gate, messages, { threadId }).",
  ],
  [
    "a misspelt option of tools",
    ({ gate }) => gateTools(gate, {}, { threadId: "t" }, { ungatd: ["search"] } as never),
    "gateTools has no option ungatd. Did you mean ungated? It has ungated.",
  ],
  [
    "a misspelt option of a runner",
    ({ gate }) =>
      createRunner(gate, new ToolLoopAgent({ model: scriptedModel([], "v4").model }), { name: "a", contxt: () => ({}) } as never),
    "createRunner has no option contxt. Did you mean context? It has name, context, ungated.",
  ],
  [
    "a misspelt option of your own loop",
    ({ gate }) => applyDecisions(gate, [], { threadId: "t" }, { tool: {} } as never),
    "applyDecisions has no option tool. Did you mean tools? It has tools, ungated.",
  ],
  [
    "a misspelt option of an answer",
    ({ gate }) => decideNative(gate, [], { threadId: "t", by: { id: "alice" }, mesages: [] } as never),
    "decideNative has no option mesages. Did you mean messages? It has threadId, by, via, messages.",
  ],
  [
    "no options of an answer",
    ({ gate }) => decideNative(gate, [], wrong),
    "decideNative got undefined in the place of its options. Write decideNative(gate, answer, { threadId, by: principal }).",
  ],
  ["no tool", () => argsOf(wrong), "argsOf got undefined in the place of a tool. Write argsOf(sendPayment)."],
])("%s", async (_, work, message) => {
  expect((await hintOf(() => work(openDesk()))).slice(0, message.length)).toBe(message);
});

test("a tool that throws: the receipt has the tool's own error", async () => {
  const desk = openDesk();
  const { model } = scriptedModel([{ calls: [{ id: "a", tool: "pay", args: { amount: 4_200, to: "Acme" } }] }, { text: "done" }], "v4");
  const tools = gateTools(desk.gate, { pay: tool({ inputSchema: Amount, execute: bankIsDown }) });
  const runner = createRunner(desk.gate, new ToolLoopAgent({ model, tools, maxRetries: 0 }), { name: "a" });
  await runner.start("t", "pay Acme");
  await desk.approve();
  await runner.resume("t");
  expect((await desk.gate.list({ status: "approved" })).items).toMatchObject([{ receipt: { status: "failed", error: "bank is down" } }]);
});
