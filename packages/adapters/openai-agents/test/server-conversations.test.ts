import { openDesk, saidItem, startOpenAi, type OpenAiApi, type WireItem } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, OpenAIProvider, tool } from "@openai/agents";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";

const open: OpenAiApi[] = [];
afterEach(() => Promise.all(open.splice(0).map((api) => api.close())));

const pay = (id: string, amount: number): WireItem => {
  const args = JSON.stringify({ amount, to: "x" });
  return { type: "function_call", id: `fc_${id}`, call_id: id, name: "pay", arguments: args, status: "completed" };
};

type Given = { readonly conversationId?: string; readonly previousResponseId?: string };

/** The turns one after the other; then words. */
async function opened(turns: readonly (readonly WireItem[])[], given: (turn: number) => Given) {
  const desk = openDesk();
  const left = [...turns];
  const api = await startOpenAi(() => left.shift() ?? [saidItem("fine")]);
  open.push(api);
  const Amount = z.object({ amount: z.number(), to: z.string() });
  const payTool = tool({ name: "pay", description: "", parameters: Amount, execute: desk.carryOut });
  const provider = new OpenAIProvider({ apiKey: "none", baseURL: api.url, useResponses: true });
  const agent = new Agent({ name: "A", model: await provider.getModel("gpt-5.2"), tools: gateTools(desk.gate, [payTool]) });
  let turn = 0;
  const runner = createRunner(desk.gate, agent, { name: "a", context: () => given(turn++) });
  /** What was sent anew with each request. */
  const sent = () => api.requests.map(({ input }) => input.map(({ type, role }) => type ?? role));
  return { desk, api, runner, sent };
}

describe.each<readonly [string, Given]>([
  ["a conversation", { conversationId: "conv_1" }],
  ["the responses behind one", {}],
])("what the provider keeps: %s", (_what, fixed) => {
  /** A thread of its own begins behind a response that somebody else got. */
  async function begun(turns: readonly (readonly WireItem[])[]) {
    const found = await opened([[saidItem("hello")], ...turns], () => (fixed.conversationId ? fixed : { previousResponseId: "resp_1" }));
    const body = { model: "gpt-5.2", input: [{ role: "user", content: "hi" }], ...(fixed.conversationId && { conversation: "conv_1" }) };
    await fetch(`${found.api.url}/responses`, { method: "POST", body: JSON.stringify(body) });
    return found;
  }

  test("is sent what is new: the input, the results, the next input", async () => {
    const { desk, api, runner, sent } = await begun([[pay("a", 5_000)]]);
    await runner.start("t", "go");
    await desk.edit({ amount: 4_000, to: "x" });
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "fine" });
    expect(await runner.start("t", "and now?")).toMatchObject({ status: "completed" });
    expect(sent()).toEqual([["user"], ["user"], ["function_call_output"], ["user"]]);
    expect(JSON.stringify(api.requests[2]?.input)).toContain("changed its arguments");
    expect(api.shown().filter(({ type, role }) => role === "user" || type === "function_call")).toHaveLength(4);
    expect([api.refusals, desk.effects]).toEqual([[], [{ amount: 4_000, to: "x" }]]);
  });

  test("is told what became of calls in whose place a new message came, and of their siblings that ran", async () => {
    const { desk, api, runner, sent } = await begun([[pay("a", 5), pay("b", 5_000)]]);
    await runner.start("t", "go");
    expect(await runner.start("t", "never mind", { pending: "cancel" })).toMatchObject({ status: "completed" });
    expect(sent().at(-1)).toEqual(["function_call_output", "function_call_output", "user"]);
    expect(JSON.stringify(api.requests.at(-1)?.input)).toMatch(/paid 5 to x.*"b".*did not run/s);
    expect([api.refusals, desk.effects]).toEqual([[], [{ amount: 5, to: "x" }]]);
  });

  test("is sent what is new by streams as well", async () => {
    const { desk, api, runner, sent } = await begun([[pay("a", 5_000)]]);
    const { outcome } = await runner.stream("t", "go");
    expect(await outcome).toMatchObject({ status: "suspended" });
    await desk.approve();
    expect(await (await runner.resumeStream("t")).outcome).toMatchObject({ status: "completed", text: "fine" });
    expect(await (await runner.stream("t", "and now?")).outcome).toMatchObject({ status: "completed" });
    expect(sent()).toEqual([["user"], ["user"], ["function_call_output"], ["user"]]);
    expect([api.refusals, desk.effects]).toEqual([[], [{ amount: 5_000, to: "x" }]]);
  });

  test("can be read here since the last input: the rest of it only the provider has", async () => {
    const { desk, runner } = await begun([[pay("a", 5_000)], [saidItem("paid")], [saidItem("welcome")]]);
    const kinds = async () => (await runner.messages("t")).map((item) => ("role" in item ? item.role : item.type));
    await runner.start("t", "go");
    expect(await kinds()).toEqual(["user", "function_call"]);
    await desk.approve();
    const outcome = await runner.resume("t");
    expect(await kinds()).toEqual(["user", "function_call", "function_call_result", "assistant"]);
    expect(outcome).toMatchObject({ messages: await runner.messages("t") });
    expect(await runner.resume("t")).toMatchObject({ replayed: true, messages: await runner.messages("t") });
    await runner.start("t", "thanks");
    expect(await kinds()).toEqual(["user", "assistant"]);
  });

  test("is told of a run that its reviewer stopped with the next message", async () => {
    const { desk, api, runner, sent } = await begun([[pay("a", 5_000)]]);
    await runner.start("t", "go");
    await desk.reject("fraud", "stop");
    expect(await runner.resume("t")).toMatchObject({ status: "stopped" });
    expect(await runner.start("t", "what now?")).toMatchObject({ status: "completed" });
    expect(await runner.start("t", "and then?")).toMatchObject({ status: "completed" });
    expect(sent().slice(2)).toEqual([["function_call_output", "user"], ["user"]]);
    expect(JSON.stringify(api.shown())).toContain("fraud");
    expect(api.refusals).toEqual([]);
  });
});

test("a conversation that the application has left is owed nothing", async () => {
  const { api, runner, sent } = await opened([[pay("a", 5_000)]], (turn) => ({ conversationId: `conv_${turn}` }));
  await runner.start("t", "go");
  expect(await runner.start("t", "never mind", { pending: "cancel" })).toMatchObject({ status: "completed" });
  expect(sent()).toEqual([["user"], ["user"]]);
  expect(api.refusals).toEqual([]);
});

test("a thread that was kept here goes over to the provider with all that was said", async () => {
  const { api, runner, sent } = await opened([[saidItem("hello")]], (turn) => (turn === 0 ? {} : { conversationId: "conv_1" }));
  await runner.start("t", "go");
  await runner.start("t", "and now?");
  await runner.start("t", "and then?");
  expect(sent()).toEqual([["user"], ["user", "message", "user"], ["user"]]);
  expect(api.refusals).toEqual([]);
});
