// What somebody reads who has passed the wrong thing, and what an operator reads of a tool that threw.
import { bankIsDown, hintOf } from "@countersign/adapter-tests";
import { argsOf, applyDecisions, createRunner, decideNative, gateMcpServers, gateTools } from "@countersign/openai-agents";
import { Agent, tool, type Model } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";

const wrong = undefined as never;

test.each<[string, (desk: ReturnType<typeof openDesk>) => unknown, string]>([
  ["no gate", ({ pay }) => gateTools(wrong, [pay]), "Expected a gate, got undefined. Pass what createGate returns"],
  [
    "no tools",
    ({ gate }) => gateTools(gate, wrong),
    "gateTools got undefined in the place of the list of tools. Write gateTools(gate, [sendPayment]).",
  ],
  [
    "a tool without its list",
    ({ gate, pay }) => gateTools(gate, pay as never),
    "gateTools got an object in the place of the list of tools.",
  ],
  ["a hole in the list", ({ gate }) => gateTools(gate, [wrong]), "gateTools got undefined in the place of a tool."],
  ["options in the place of the thread", ({ gate, pay }) => gateTools(gate, [pay], { ungated: [] } as never), "gateTools got an object in the place of the thread. Write gateTools(gate, tools, { threadId })."], // prettier-ignore
  ["no servers", ({ gate }) => gateMcpServers(gate, wrong), "gateMcpServers got undefined in the place of the list of MCP servers."],
  ["no agent", ({ gate }) => createRunner(gate, {} as never, { name: "a" } as never), 'createRunner got an object in the place of the agent. Write createRunner(gate, new Agent({ … }), { name: "payments" }).'], // prettier-ignore
  [
    "no options",
    ({ gate }) => createRunner(gate, new Agent({ name: "A" }), wrong),
    "createRunner got undefined in the place of its options.",
  ],
  ["no state", ({ gate }) => applyDecisions(gate, wrong, { threadId: "t" }), "applyDecisions got undefined in the place of the state of a run. Write applyDecisions(gate, result.state, { threadId })."], // prettier-ignore
  [
    "a misspelt option of tools",
    ({ gate, pay }) => gateTools(gate, [pay], { threadId: "t" }, { ungatd: ["search"] } as never),
    "gateTools has no option ungatd. Did you mean ungated? It has ungated.",
  ],
  [
    "a misspelt option of MCP servers",
    ({ gate }) => gateMcpServers(gate, [], { threadId: "t" }, { ungatd: ["search"] } as never),
    "gateMcpServers has no option ungatd. Did you mean ungated? It has ungated.",
  ],
  [
    "a misspelt option of a runner",
    ({ gate }) => createRunner(gate, new Agent({ name: "A" }), { name: "a", sdkk: {} } as never),
    "createRunner has no option sdkk. Did you mean sdk? It has name, context, sdk, ungated.",
  ],
  [
    "a misspelt option of an answer",
    ({ gate }) => decideNative(gate, wrong, { threadId: "t", by: { id: "alice" }, via_: "chat" } as never),
    "decideNative has no option via_. Did you mean via? It has threadId, by, via.",
  ],
  ["no options of an answer", ({ gate }) => decideNative(gate, wrong, wrong), "decideNative got undefined in the place of its options. Write decideNative(gate, answer, { threadId, by: principal })."], // prettier-ignore
  ["no tool", () => argsOf(wrong), "argsOf got undefined in the place of a tool. Write argsOf(sendPayment)."],
])("%s", async (_, work, message) => {
  expect((await hintOf(() => work(openDesk()))).slice(0, message.length)).toBe(message);
});

describe("a tool that throws: the receipt has the tool's own error, the model what its errorFunction says", () => {
  const GENERIC = "An error occurred while running the tool. Please try again.";
  test.each<[string, object, { told: string; receipt: string }]>([
    [
      "of the tool",
      { errorFunction: () => "The payment failed." },
      { told: "The payment failed.", receipt: "The payment failed. [The tool threw: Error: bank is down]" },
    ],
    [
      "of the SDK",
      {},
      {
        told: GENERIC,
        receipt: `${GENERIC} [The tool threw: the SDK's own errorFunction keeps it secret. Give the tool an errorFunction to have it recorded here]`,
      },
    ],
  ])("%s", async (_, options, { told, receipt }) => {
    const desk = openDesk();
    const pay = tool({
      name: "pay",
      description: "Pays",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      execute: bankIsDown,
      ...options,
    });
    const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    await runner.start("t", "go");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", output: told });
    const [request] = (await desk.gate.list({ status: "approved" })).items;
    expect(request).toMatchObject({ receipt: { status: "failed", error: receipt } });
  });

  test("nor is it told of what was thrown by a later message, after the turn was lost", async () => {
    const desk = openDesk();
    const pay = tool({
      name: "pay",
      description: "Pays",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      errorFunction: () => "The payment failed.",
      execute: bankIsDown,
    });
    const inner = saying([paying(5_000)]);
    const shown: unknown[] = [];
    const model: Model = {
      async getResponse(request) {
        shown.push(request.input);
        if (shown.length === 2) throw new Error("provider down");
        return inner.getResponse(request);
      },
      getStreamedResponse: (request) => inner.getStreamedResponse(request),
    };
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [pay]) }), { name: "a" });
    await runner.start("t", "go");
    await desk.approve();
    await expect(runner.resume("t")).rejects.toThrow("provider down");
    await runner.start("t", "and now?");
    expect(JSON.stringify(shown.at(-1))).toContain("The payment failed.");
    expect(JSON.stringify(shown)).not.toContain("bank is down");
  });
});
