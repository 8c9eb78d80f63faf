// What can be seen and nobody has gated keeps a runner from being made, or its run from beginning.
import { failure, hintOf } from "@countersign/adapter-tests";
import { isCountersignError } from "@countersign/core";
import { approvalMiddleware, createRunner, gateTools } from "@countersign/langgraph";
import { RunnableLambda, RunnableSequence } from "@langchain/core/runnables";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { createAgent, createMiddleware, tool, type AgentMiddleware } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying } from "./support/desk.ts";
import { reactAgent } from "./support/react-agent.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const wire = tool(async () => "wired", { name: "wire", description: "", schema: z.object({}) });
const model = new ScriptedModel(obedient);
const checkpointer = new MemorySaver();
const agentOf = (tools: readonly unknown[], middleware: AgentMiddleware[] = []) =>
  createAgent({ model, tools: tools as StructuredToolInterface[], checkpointer, middleware });

/** A graph whose only node is this. */
const graphOf = (node: unknown) =>
  new StateGraph(MessagesAnnotation)
    .addNode("act", node as never)
    .addEdge(START, "act")
    .addEdge("act", END)
    .compile({ checkpointer });

const desk = openDesk();
const hintFor = (graph: unknown, ungated?: readonly string[]) =>
  hintOf(() => createRunner(desk.gate, graph as never, { name: "a", ...(ungated && { ungated }) }));

describe("a runner is not made", () => {
  test("for a gated tool that has another name by now", async () => {
    const own = tool(async () => "wired", { name: "wire", description: "", schema: z.object({}) });
    const [gated] = gateTools(desk.gate, [own]);
    expect(await hintFor(graphOf(new ToolNode([gated])))).toBe("");
    Object.assign(gated, { name: "bank_wire" });
    expect(await hintFor(graphOf(new ToolNode([gated])))).toContain("bank_wire was gated as wire");
  });

  test.each<readonly [string, () => unknown, string]>([
    ["an agent without the middleware", () => agentOf([wire]), "wire (node tools)"],
    ["its graph", () => agentOf([wire]).graph, "wire (node tools)"],
    ["an agent whose middleware brings a tool", () => agentOf([], [createMiddleware({ name: "M", tools: [wire] })]), "wire (node tools)"],
    ["an agent of LangGraph's", () => reactAgent([wire as never], obedient), "wire (node tools)"],
    ["a tool node", () => graphOf(new ToolNode([wire])), "wire (node act)"],
    ["a tool node in a nested graph", () => graphOf(graphOf(new ToolNode([wire]))), "wire (node act/act)"],
    ["a tool node with a config", () => graphOf(new ToolNode([wire]).withConfig({ tags: ["x"] })), "wire (node act)"],
    [
      "a tool node in a sequence",
      () => graphOf(RunnableSequence.from([new RunnableLambda({ func: (x: object) => x }), new ToolNode([wire])])),
      "wire (node act)",
    ],
    [
      "a tool node behind a fallback",
      () => graphOf(new ToolNode(gateTools(desk.gate, [wire])).withFallbacks([new ToolNode([wire])])),
      "wire (node act)",
    ],
    ["an agent inside a graph", () => graphOf(agentOf([wire]).graph), "wire (node act/tools)"],
  ])("for %s that has a tool which nobody gated", async (_, graph, named) => {
    expect(await hintFor(graph())).toContain(named);
    expect(await hintFor(graph(), ["wire"])).toBe("");
  });

  test("for what the provider runs, which no middleware can hold up", async () => {
    const search = { type: "web_search" };
    const agent = agentOf([desk.pay, search], [approvalMiddleware(desk.gate)]);
    expect(await hintFor(agent)).toContain('ungated: ["web_search"]');
    expect(await hintFor(agent, ["web_search"])).toBe("");
  });

  test("for a tool or an agent that another gate guards: two gates", async () => {
    const { gate } = openDesk();
    expect(await hintFor(agentOf([wire], [approvalMiddleware(gate)]))).toMatch(/Two gates.* guards wire/);
    expect(await hintFor(graphOf(new ToolNode(gateTools(gate, [wire]))))).toMatch(/Two gates.* guards wire/);
  });

  test("with names in `ungated` that no tool has, or that the gate guards", async () => {
    const graph = graphOf(new ToolNode([...gateTools(desk.gate, [desk.pay]), wire]));
    expect(await hintFor(graph, ["wire", "wrie"])).toContain("ungated names wrie, but there is no such tool");
    expect(await hintFor(graph, ["wire", "pay"])).toContain("ungated names pay, but the gate guards it");
    expect(await hintFor(agentOf([desk.pay], [approvalMiddleware(desk.gate)]), ["pay"])).toContain("but the gate guards it");
  });
});

test("what the gate guards, as a tool or as an agent, needs no word", async () => {
  const gated = new ToolNode(gateTools(desk.gate, [wire]));
  expect(await hintFor(graphOf(gated))).toBe("");
  expect(await hintFor(agentOf([wire], [approvalMiddleware(desk.gate)]))).toBe("");
  expect(await hintFor(agentOf([], [createMiddleware({ name: "M", tools: [wire] }), approvalMiddleware(desk.gate)]))).toBe("");
  expect(await hintFor(graphOf(agentOf([wire], [approvalMiddleware(desk.gate)]).graph))).toBe("");
  expect(await hintFor(graphOf(async () => ({ messages: [] })))).toBe("");
});

test("two tools of one name in one list can't be told apart", async () => {
  const twin = tool(async () => "other", { name: "wire", description: "", schema: z.object({}) });
  const alike = /wire: wire and wire/;
  expect(await hintOf(() => gateTools(desk.gate, [wire, twin]))).toMatch(alike);
  expect(await hintFor(agentOf([wire, twin], [approvalMiddleware(desk.gate)]))).toMatch(alike);
  expect(await hintFor(graphOf(new ToolNode([...gateTools(desk.gate, [wire]), ...gateTools(desk.gate, [twin])])))).toMatch(alike);
});

test("without a runner, the model of an agent with two tools of one name is not asked", async () => {
  const twin = tool(async () => "other", { name: "wire", description: "", schema: z.object({}) });
  const before = model.requests;
  const run = agentOf([wire, twin], [approvalMiddleware(desk.gate)]).invoke({ messages: "go" }, { configurable: { thread_id: "twins" } });
  const { cause } = (await failure(run)) as Error;
  expect(isCountersignError(cause, "SETUP") && cause.details.hint).toContain("wire and wire");
  expect(model.requests).toBe(before);
});

test("a tool that is put in after the runner was made keeps its run from beginning", async () => {
  const tools = [...gateTools(desk.gate, [desk.pay])];
  const node = new ToolNode(tools);
  const runner = createRunner(desk.gate, graphOf(node), { name: "a" });
  node.tools.push(wire as never);
  expect(await hintOf(() => runner.start("late", paying([5, "x"])))).toContain("wire (node act)");
  expect(desk.effects).toEqual([]);
});
