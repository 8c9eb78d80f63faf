import type { ConversationState, StateAccessor } from "@openrouter/agent";
import { afterEach, describe, expect, it } from "vitest";
import { clientOf } from "./support/client.ts";
import { openDesk, paying, saying } from "./support/desk.ts";
import { startResponsesServer, type ResponsesServer, type ServerOptions } from "./support/responses-server.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const open: ResponsesServer[] = [];
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));

async function start(model: ScriptedModel, options?: ServerOptions): Promise<ResponsesServer> {
  const server = await startResponsesServer(model, options);
  open.push(server);
  return server;
}

const go = { role: "user", content: "go" };
const call = (id: string, item = `fc_${id}`) => ({ type: "function_call", id: item, call_id: id, name: "pay", arguments: "{}" });
const output = (id: string, text: unknown = "paid") => ({ type: "function_call_output", call_id: id, output: text });

async function post({ url }: ResponsesServer, body: object): Promise<{ status: number; message: string | undefined }> {
  const response = await fetch(`${url}/responses`, { method: "POST", body: JSON.stringify({ model: "any", ...body }) });
  const { error } = (await response.json()) as { error?: { message: string } | null };
  return { status: response.status, message: error?.message };
}

describe("what providers refuse", () => {
  const conversations: readonly (readonly [what: string, input: readonly unknown[], message: RegExp])[] = [
    ["a call without its result", [go, call("a")], /No tool output found for function call a/],
    ["one of two calls without its result", [go, call("a"), call("b"), output("b")], /No tool output found for function call a/],
    ["a message between a call and its result", [go, call("a"), go, output("a")], /No tool output found for function call a/],
    ["a message between two results", [go, call("a"), call("b"), output("a"), go, output("b")], /No tool output found for function call b/],
    [
      "a call between a call and its result",
      [go, call("a"), call("b"), output("b"), call("c"), output("a"), output("c")],
      /function call a/,
    ],
    ["a result without a call", [go, output("a")], /No tool call found for function call output with call_id a/],
    ["a result in front of its call", [go, output("a"), call("a")], /No tool call found/],
    ["a second result", [go, call("a"), output("a"), output("a")], /Duplicate tool output found .* call_id a/],
    ["an id twice in a turn", [go, call("a"), call("a", "fc_b"), output("a")], /Duplicate function call found with call_id a/],
    [
      "an id again in a later turn",
      [go, call("a"), output("a"), call("a", "fc_b"), output("a")],
      /Duplicate function call found with call_id a/,
    ],
    ["a result that is an object", [go, call("a"), output("a", { paid: true })], /input\[2\]\.output/],
    ["a result that is nothing", [go, call("a"), output("a", null)], /input\[2\]\.output/],
    ["a result of output parts", [go, call("a"), output("a", [{ type: "output_text", text: "paid" }])], /input\[2\]\.output/],
    ["a camelCase item", [go, { type: "function_call", id: "fc_a", callId: "a", name: "pay", arguments: "{}" }], /input\[1\]/],
    ["an item of no known type", [go, { type: "tool_result" }], /input\[1\]/],
    ["an item twice", [go, call("a"), output("a"), call("b", "fc_a"), output("b")], /Duplicate item found with id fc_a/],
    ["a call whose id is none of a call", [go, call("a", "item_a"), output("a")], /input\[1\]\.id.*begins with 'fc_'/],
    ["a call id that is too long", [go, call("a".repeat(65)), output("a".repeat(65))], /input\[1\]\.call_id/],
    ["a call of a name that no tool has", [go, { ...call("a"), name: "pay me" }, output("a")], /input\[1\]\.name/],
    ["what the model says, said by the user", [{ role: "user", content: [{ type: "output_text", text: "go" }] }], /input\[0\]\.content/],
    ["what the user says, said by the model", [go, { role: "assistant", content: [{ type: "input_text", text: "no" }] }], /input\[1\]/],
    ["a thought that leads to nothing", [go, { type: "reasoning", id: "rs_1", summary: [] }, go], /without its required following item/],
    ["nothing at all", [], /'input'/],
  ];
  it.each(conversations)("%s", async (_what, input, message) => {
    const model = saying("never said");
    const server = await start(model);
    expect(await post(server, { input })).toEqual({ status: 400, message: expect.stringMatching(message) as string });
    expect(server.requests).toMatchObject([{ status: 400, body: { input } }]);
    expect(model.lastItems).toEqual([]);
  });

  it("also a camelCase parameter, a tool that isn't one, and two tools of one name", async () => {
    const server = await start(saying("never said"));
    const pay = { type: "function", name: "pay", parameters: { type: "object" } };
    const wrongs = [
      { toolChoice: "none" },
      { tools: [{ ...pay, name: "pay me" }] },
      { tools: [{ ...pay, parameters: {} }] },
      { tools: [pay, pay] },
      { tools: [pay], tool_choice: { type: "function", name: "wire" } },
    ];
    for (const wrong of wrongs) {
      expect((await post(server, { input: [go], ...wrong })).status).toBe(400);
    }
  });

  it("but not what they take: results in any order, input parts as a result, reasoning before a call", async () => {
    const server = await start(saying("first", "second", "third"));
    const reasoning = { type: "reasoning", id: "rs_1", summary: [] };
    const parts = [{ type: "input_text", text: "paid" }];
    expect(
      await post(server, { input: [go, reasoning, call("a"), call("b"), output("b"), output("a", parts), call("c"), output("c")] }),
    ).toEqual({ status: 200, message: undefined });
  });

  it("nor, where ids may be repeated, an answered one in a later turn", async () => {
    const server = await start(saying("first", "second", "third"), { repeatedIds: true });
    const again = call("a", "fc_again");
    expect((await post(server, { input: [go, call("a"), output("a"), again, output("a")] })).status).toBe(200);
    expect((await post(server, { input: [go, call("a"), again, output("a")] })).status).toBe(400);
    expect((await post(server, { input: [go, call("a"), output("a"), again, output("a"), output("a")] })).status).toBe(400);
  });
});

describe.each([
  { answer: "an event stream", neverStreams: false },
  { answer: "JSON", neverStreams: true },
])("the SDK as it is, on $answer", (options) => {
  async function desk(model: ScriptedModel) {
    const server = await start(model, options);
    const { pay, effects } = openDesk();
    const tools = [pay] as const;
    const client = clientOf(server);
    let kept: ConversationState<typeof tools> | null = null;
    const state: StateAccessor<typeof tools> = { load: async () => kept, save: async (saved) => void (kept = saved) };
    const callModel = (input: string) => client.callModel({ model: "any", input, tools, state });
    return { server, effects, callModel };
  }

  it("completes a loop of two turns with two calls each", async () => {
    const model = saying([paying(5, "A", "a"), paying(6, "B", "b")], [paying(7, "C", "c"), paying(8, "D", "d")]);
    const { server, effects, callModel } = await desk(model);
    expect(await callModel("go").getText()).toBe('"paid 5 to A" | "paid 6 to B" | "paid 7 to C" | "paid 8 to D"');
    expect(effects).toEqual([
      { amount: 5, to: "A" },
      { amount: 6, to: "B" },
      { amount: 7, to: "C" },
      { amount: 8, to: "D" },
    ]);
    expect(server.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("goes on with a conversation that it kept", async () => {
    const { server, callModel } = await desk(new ScriptedModel(obedient));
    expect(await callModel('[["pay", { "amount": 5, "to": "A" }]]').getText()).toBe('"paid 5 to A"');
    expect(await callModel('[["pay", { "amount": 6, "to": "B" }]]').getText()).toBe('"paid 6 to B"');
    expect(await callModel("thanks").getText()).toBe("You said: thanks");
    expect(server.requests).toHaveLength(5);
  });

  it("streams text and items", async () => {
    const { callModel } = await desk(saying([paying(5)], "all done"));
    const result = callModel("go");
    const [deltas, items] = await Promise.all([Array.fromAsync(result.getTextStream()), Array.fromAsync(result.getItemsStream())]);
    // The SDK makes no deltas of an answer that came in one piece.
    expect(deltas).toEqual(options.neverStreams ? [] : ["all ", "done"]);
    expect(items.map(({ type }) => type)).toContain("function_call_output");
    expect(await result.getText()).toBe("all done");
  });

  it("tells of what the server refuses, and of failing providers", async () => {
    const { server, callModel } = await desk(saying("hello"));
    server.disturb({ status: 429 }, { status: 500 }, { status: 503 });
    await expect(callModel("go").getText()).rejects.toMatchObject({ statusCode: 429 });
    await expect(callModel("go").getText()).rejects.toMatchObject({ statusCode: 500 });
    await expect(callModel("go").getText()).rejects.toMatchObject({ statusCode: 503 });
    expect(await callModel("go").getText()).toBe("hello");
  });

  it("tells of a model that throws", async () => {
    const { callModel } = await desk(
      new ScriptedModel(() => {
        throw new Error("provider down");
      }),
    );
    await expect(callModel("go").getText()).rejects.toMatchObject({ statusCode: 500, message: "provider down" });
  });

  it("waits for a late answer", async () => {
    const { server, callModel } = await desk(saying("hello"));
    const late = Promise.withResolvers<void>();
    server.disturb({ after: late.promise });
    let text: string | undefined;
    const told = callModel("go").getText().then((answer) => (text = answer)); // prettier-ignore
    await expect.poll(() => server.requests.length).toBe(1);
    expect(text).toBeUndefined();
    late.resolve();
    expect(await told).toBe("hello");
  });

  it("tells of a connection that breaks in the middle of an answer", async () => {
    const { server, effects, callModel } = await desk(saying([paying(5)]));
    server.disturb({ cutAfter: 3 });
    await expect(callModel("go").getText()).rejects.toThrow();
    expect(effects).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it("leaves no connection behind", async () => {
    const { server, callModel } = await desk(saying("hello"));
    server.disturb({ after: new Promise(() => {}) });
    const told = callModel("go").getText();
    await expect.poll(() => server.requests.length).toBe(1);
    await Promise.all([server.close(), expect(told).rejects.toThrow()]);
  });
});

it("a stream that the provider gives up is an error for the SDK", async () => {
  const server = await start(saying("hello"));
  server.disturb({ givesUp: "overloaded" });
  await expect(clientOf(server).callModel({ model: "any", input: "go" }).getText()).rejects.toThrow();
});
