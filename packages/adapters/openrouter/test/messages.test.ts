// What somebody reads who has passed the wrong thing, and what an operator reads of a tool that threw.
import { Amount, bankIsDown, hintOf } from "@countersign/adapter-tests";
import { argsOf, createRunner, decideNative, gateCall, gateTools } from "@countersign/openrouter";
import { tool } from "@openrouter/agent";
import { expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { openWorld } from "./support/world.ts";

const wrong = undefined as never;

test.each<[string, (desk: ReturnType<typeof openDesk>) => unknown, string]>([
  ["no gate", ({ pay }) => gateTools(wrong, [pay]), "Expected a gate, got undefined. Pass what createGate returns"],
  [
    "no gate of a call",
    ({ pay }) => gateCall(wrong, [pay], { threadId: "t" }),
    "Expected a gate, got undefined. Pass what createGate returns",
  ],
  ["no tools", ({ gate }) => gateTools(gate, wrong), "tools is a list. Write [sendPayment], with what the SDK's tool() gives."],
  [
    "a hole in the list",
    ({ gate }) => gateCall(gate, [wrong], { threadId: "t" }),
    "tools[0] is not a tool of the SDK. Make it with tool() or serverTool().",
  ],
  [
    "no thread",
    ({ gate, pay }) => gateCall(gate, [pay], wrong),
    "gateCall got undefined in the place of the thread. Write gateCall(gate, tools, { threadId }).",
  ],
  [
    "a misspelt requester",
    ({ gate, pay }) => gateCall(gate, [pay], { threadId: "t", requestdBy: "bob" } as never),
    "gateCall has no option requestdBy. Did you mean requestedBy? It has threadId, requestedBy, context, requireApproval, state, hooks, ungated.",
  ],
  [
    "a misspelt option of tools",
    ({ gate, pay }) => gateTools(gate, [pay], { threadId: "t", ungatd: ["search"] } as never),
    "gateTools has no option ungatd. Did you mean ungated? It has threadId, requestedBy, context, ungated.",
  ],
  [
    "no client",
    ({ gate }) => createRunner(gate, {} as never, { name: "a" }),
    "createRunner needs a client of the SDK, with callModel. Write createRunner(gate, new OpenRouter(), { name, model, tools }).",
  ],
  [
    "no client at all",
    ({ gate }) => createRunner(gate, wrong, { name: "a" }),
    "createRunner got undefined in the place of the agent. Write createRunner(gate, new OpenRouter()",
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
  const world = await openWorld([[paying(5_000)], "done"]);
  const pay = tool({ name: "pay", description: "Pays", inputSchema: Amount, execute: bankIsDown });
  const runner = createRunner(world.gate, world.client, { name: "a", model: "any", tools: [pay] });
  await runner.start("t", "go");
  await world.approve();
  await runner.resume("t");
  expect((await world.gate.list({ status: "approved" })).items).toMatchObject([{ receipt: { status: "failed", error: "bank is down" } }]);
});
