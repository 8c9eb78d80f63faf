// What somebody reads who has passed the wrong thing, and what an operator reads of a tool that threw.
import { bankIsDown, hintOf } from "@countersign/adapter-tests";
import { approvalMiddleware, argsOf, createRunner, decideNative, gateTools, requestApproval } from "@countersign/langgraph";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent } from "langchain";
import { expect, test } from "vitest";
import { openDesk, paying, type Desk } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const wrong = undefined as never;

test.each<[string, (desk: Desk) => unknown, string]>([
  ["no gate", ({ pay }) => gateTools(wrong, [pay]), "Expected a gate, got undefined. Pass what createGate returns"],
  ["no gate of the middleware", () => approvalMiddleware({} as never), "Expected a gate, got an object. Pass what createGate returns"],
  ["a misspelt option of the middleware", ({ gate }) => approvalMiddleware(gate, { interuptOn: { pay: true } } as never), "approvalMiddleware has no option interuptOn. Did you mean interruptOn? It has who, interruptOn, descriptionPrefix, ungated."], // prettier-ignore
  ["no gate of a node", () => requestApproval(wrong, wrong), "Expected a gate, got undefined. Pass what createGate returns"],
  [
    "no tools",
    ({ gate }) => gateTools(gate, wrong),
    "gateTools got undefined in the place of the tools. Write gateTools(gate, [sendPayment]).",
  ],
  [
    "a tool without its list",
    ({ gate, pay }) => gateTools(gate, pay as never),
    "gateTools got an object in the place of the tools. Write gateTools(gate, [sendPayment]).",
  ],
  [
    "a hole in the list",
    ({ gate }) => gateTools(gate, [wrong]),
    "gateTools got undefined in the place of a tool. Write gateTools(gate, [sendPayment]).",
  ],
  [
    "no call",
    ({ gate }) => requestApproval(gate, wrong),
    'requestApproval got undefined in the place of the call. Write requestApproval(gate, { tool: "send_payment", args }).',
  ],
  [
    "no agent",
    ({ gate }) => createRunner(gate, {} as never, { name: "a" }),
    'createRunner got an object in the place of the agent. Write createRunner(gate, createAgent({ … }), { name: "payments" }).',
  ],
  [
    "a misspelt option of tools",
    ({ gate, pay }) => gateTools(gate, [pay], undefined, { ungatd: ["search"] } as never),
    "gateTools has no option ungatd. Did you mean ungated? It has ungated.",
  ],
  [
    "a misspelt option of a runner",
    ({ gate }) => createRunner(gate, {} as never, { name: "a", contxt: () => ({}) } as never),
    "createRunner has no option contxt. Did you mean context? It has name, context, ungated.",
  ],
  [
    "a misspelt requester",
    ({ gate }) => requestApproval(gate, { tool: "pay", args: {}, requestdBy: "bob" } as never),
    "requestApproval has no option requestdBy. Did you mean requestedBy? It has tool, args, key, requestedBy.",
  ],
  [
    "a misspelt option of an answer",
    ({ gate }) => decideNative(gate, wrong, { threadId: "t", by: { id: "alice" }, postional: {} } as never),
    "decideNative has no option postional. Did you mean positional? It has threadId, by, via, positional.",
  ],
  [
    "no options of an answer",
    ({ gate }) => decideNative(gate, wrong, wrong),
    "decideNative got undefined in the place of its options. Write decideNative(gate, answer, { threadId, by: principal }).",
  ],
  ["no tool", () => argsOf(wrong), "argsOf got undefined in the place of a tool. Write argsOf(sendPayment)."],
])("%s", async (_, work, message) => {
  expect((await hintOf(() => work(openDesk()))).slice(0, message.length)).toBe(message);
});

test("a tool that throws: the receipt has the tool's own error", async () => {
  const desk = openDesk({ during: bankIsDown });
  const agent = createAgent({
    model: new ScriptedModel(obedient),
    tools: gateTools(desk.gate, [desk.pay]),
    checkpointer: new MemorySaver(),
  });
  const runner = createRunner(desk.gate, agent, { name: "a" });
  await runner.start("t", { messages: paying([4_200, "a"]) });
  await desk.approve("a");
  await runner.resume("t").catch(() => {});
  expect((await desk.gate.list({ status: "approved" })).items).toMatchObject([{ receipt: { status: "failed", error: "bank is down" } }]);
});
