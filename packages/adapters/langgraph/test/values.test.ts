import { createWorker, definePolicy } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/langgraph";
import { Document } from "@langchain/core/documents";
import { Annotation, Command, END, MemorySaver, MessagesAnnotation, Send, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { AIMessage, HumanMessage, tool, ToolMessage } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";

const config = { configurable: { thread_id: "t" } };
const PNG = new Uint8Array([137, 80, 78, 71, 0, 255]);
const AT = new Date("2026-11-29T09:00:00.123Z");
const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  picture: Annotation<unknown>,
  seen: Annotation<unknown>({ reducer: (_before, now) => now, default: () => undefined }),
});
const round: Record<string, unknown> = {};
round["self"] = round;

/** What a tool may answer, by name. */
const answers: Record<string, (callId: string) => unknown> = {
  artifact: () => ["a picture", { png: PNG, at: AT, units: 10n ** 20n, none: undefined }],
  documents: () => ["found", [new Document({ pageContent: "page", metadata: { at: AT }, id: "d" })]],
  blocks: () => [[{ type: "image", mimeType: "image/png", data: PNG }], undefined],
  bigint: () => [{ units: 10n ** 20n, at: AT }, undefined],
  message: (callId) => [
    new ToolMessage({
      content: "rich",
      tool_call_id: callId,
      name: "other",
      id: "m-1",
      status: "error",
      artifact: { "langchain:Document": { png: PNG } },
      response_metadata: { png: PNG },
      metadata: { kind: "x" },
    }),
    undefined,
  ],
  command: (callId) => [
    new Command({
      update: {
        picture: { png: PNG, at: AT, rows: [new HumanMessage({ content: "inside", id: "h" })] },
        messages: [new ToolMessage({ content: "by command", tool_call_id: callId, artifact: PNG })],
      },
      goto: [new Send("looked", { picture: PNG, messages: [new AIMessage({ content: "sent", id: "s" })] })],
    }),
    undefined,
  ],
  circular: () => ["all the same", round],
};

/** What the graph is told by the tool, and what it is told by the receipt after the first telling was lost. */
async function toldTwice(kind: string): Promise<{ first: unknown; again: unknown; runs: number }> {
  let runs = 0;
  const rich = tool(
    async (_args: object, { toolCallId }: { toolCallId: string }) => {
      runs++;
      return answers[kind]?.(toolCallId) as [unknown, unknown];
    },
    { name: "rich", description: "", schema: z.object({ to: z.string() }), responseFormat: "content_and_artifact" },
  );
  const desk = openDesk({ policy: definePolicy({ tools: { rich: "ask" } }) });
  const told: unknown[] = [];
  const node = new ToolNode(gateTools(desk.gate, [rich]));
  const graph = new StateGraph(State)
    .addNode(
      "tools",
      async (state, options) => {
        const answer: unknown = await node.invoke(state, options);
        // Before the graph gives the message an id.
        told.push(shape(answer));
        if (told.length === 1) throw new Error("crash");
        return answer as object;
      },
      { ends: ["looked"] },
    )
    .addNode("looked", () => ({}))
    .addEdge(START, "tools")
    .addEdge("tools", END)
    .compile({ checkpointer: new MemorySaver() });
  const call = { name: "rich", args: { to: "a" }, id: "c0", type: "tool_call" as const };
  await graph.invoke({ messages: [new AIMessage({ id: "m", content: "", tool_calls: [call] })] }, config);
  await desk.approve("a");
  await graph.invoke(null, config).catch(() => {});
  await graph.invoke(null, config);
  return { first: told[0], again: told[1], runs };
}

describe("a receipt tells a graph what its tool told", () => {
  test.each(Object.keys(answers).filter((kind) => kind !== "circular"))("%s", async (kind) => {
    const { first, again, runs } = await toldTwice(kind);
    expect(runs).toBe(1);
    expect(again).toEqual(first);
  });

  test("a result of the model's that has a bigint is told as text", async () => {
    const { first } = await toldTwice("bigint");
    expect((first as { messages: ToolMessage[] }).messages[0]?.content).toBe(`{"units":"100000000000000000000","at":"${AT.toJSON()}"}`);
  });

  test("an artifact that can't be kept says so, and the model is told the content", async () => {
    const [message] = ((await toldTwice("circular")).again as { messages: ToolMessage[] }).messages;
    expect(message?.content).toBe("all the same");
    expect(message?.artifact).toMatch(/can't be kept/);
  });
});

test("what a node gets of a tool that it calls itself keeps its values, from the receipt too", async () => {
  const scan = tool(async () => ({ png: PNG, at: AT, units: 1n }), { name: "scan", description: "", schema: z.object({ to: z.string() }) });
  const desk = openDesk({ policy: definePolicy({ tools: { scan: "ask" } }) });
  const [gated] = gateTools(desk.gate, [scan]);
  const got: unknown[] = [];
  const graph = new StateGraph(State)
    .addNode("scan", async () => {
      got.push(await gated.invoke({ to: "a" }));
      if (got.length === 1) throw new Error("crash");
      return {};
    })
    .addEdge(START, "scan")
    .addEdge("scan", END)
    .compile({ checkpointer: new MemorySaver() });
  const runner = createRunner(desk.gate, graph, { name: "scans" });
  await runner.start("t", { messages: "go" });
  await desk.edit("a", { to: "b" });
  await runner.resume("t").catch(() => {});
  await createWorker(desk.gate, [runner]).drain();
  await runner.resume("t");
  const value = { png: PNG, at: AT, units: 1n };
  expect(got).toEqual([value, value]);
});

test("a start that dies before the first checkpoint begins again with the values of its input", async () => {
  const inputs: unknown[] = [];
  const saver = new MemorySaver();
  const put = saver.put.bind(saver);
  let dies = true;
  saver.put = (...args) => (dies ? Promise.reject(new Error("killed")) : put(...args));
  const graph = new StateGraph(State)
    .addNode("look", ({ picture, messages }) => {
      inputs.push([picture, messages.map(({ content }) => content)]);
      return {};
    })
    .addEdge(START, "look")
    .addEdge("look", END)
    .compile({ checkpointer: saver });
  const runner = createRunner(openDesk().gate, graph, { name: "x" });
  const content = [{ type: "image", mimeType: "image/png", data: PNG }];
  const input = { picture: { png: PNG, at: AT, units: 1n }, messages: [new HumanMessage({ content })] };
  await expect(runner.start("t", input)).rejects.toThrow("killed");
  dies = false;
  await runner.resume("t").catch(() => {});
  expect(inputs.at(-1)).toEqual([input.picture, [content]]);
});

/** Everything that a message or a Command says, with the classes of what is in it. */
function shape(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Date) return value;
  if (value === round) return "round";
  if (Array.isArray(value)) return value.map(shape);
  const own = Object.entries(value).filter(([key]) => key !== "lc_kwargs");
  return { is: value.constructor.name, ...Object.fromEntries(own.map(([key, member]) => [key, shape(member)])) };
}
