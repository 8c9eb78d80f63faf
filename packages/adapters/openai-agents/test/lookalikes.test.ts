// A person signs a name and arguments: nothing else that has the name may run for it.
import { failure, hintOf } from "@countersign/adapter-tests";
import { definePolicy, isCountersignError } from "@countersign/core";
import { applyDecisions, createRunner, gateMcpServers, gateTools } from "@countersign/openai-agents";
import { Agent, getAllMcpTools, run, toolNamespace, type FunctionTool } from "@openai/agents";
import { expect, test } from "vitest";
import { openDesk, saying } from "./support/desk.ts";
import { mcpServer } from "./support/mcp-server.ts";

const policy = definePolicy({ tools: { "*/*": "ask" } });
const drop = { id: "c1", name: "drop", args: {} };
const both = /sandbox\/drop and production\/drop/;

test("two MCP servers with a tool of one name can't be gated in one list, or sit on one agent", async () => {
  const { gate } = openDesk({ policy });
  const [sandbox, production] = [mcpServer("sandbox", ["drop"]), mcpServer("production", ["drop"])];
  expect(await hintOf(() => gateMcpServers(gate, [sandbox, production]))).toMatch(both);
  const tools = [...(await gateMcpServers(gate, [sandbox])), ...(await gateMcpServers(gate, [production]))];
  expect(await hintOf(() => createRunner(gate, new Agent({ name: "A", tools }), { name: "a" }))).toMatch(both);
  expect(await hintOf(() => gateTools(gate, [tools[0], tools[0]] as FunctionTool[]))).toContain("sandbox/drop and sandbox/drop");
});

test("in a loop of one's own, nobody is asked about a call that could be of either", async () => {
  const desk = openDesk({ policy });
  const called: string[] = [];
  const thread = { threadId: "t" };
  const tools = [
    ...(await gateMcpServers(desk.gate, [mcpServer("sandbox", ["drop"], called)], thread)),
    ...(await gateMcpServers(desk.gate, [mcpServer("production", ["drop"], called)], thread)),
  ];
  const { state } = await run(new Agent({ name: "A", model: saying([drop]), tools }), "go");
  expect(await hintOf(() => applyDecisions(desk.gate, state, thread))).toMatch(both);
  expect(await desk.pending()).toEqual([]);
  expect(called).toEqual([]);
});

test("a server that lists a name later that another tool has stops the run before the model is asked", async () => {
  const desk = openDesk({ policy });
  const listed = ["read"];
  const model = saying([drop]);
  const tools = await gateMcpServers(desk.gate, [mcpServer("sandbox", ["drop"])]);
  const agent = new Agent({ name: "A", model, tools, mcpServers: [mcpServer("docs", listed)] });
  const runner = createRunner(desk.gate, agent, { name: "a", ungated: ["docs/*"] });
  listed.push("drop");
  expect(await hintOf(() => runner.start("t", "go"))).toContain("sandbox/drop and docs/drop");
  expect(model.requests).toBe(0);
});

test("a signature for one server's tool runs no other server's, also when a deploy has put that in its place", async () => {
  const desk = openDesk({ policy });
  const called: string[] = [];
  const runnerOn = async (server: string) => {
    const tools = await gateMcpServers(desk.gate, [mcpServer(server, ["drop"], called)]);
    return createRunner(desk.gate, new Agent({ name: "A", model: saying([drop]), tools }), { name: "a" });
  };
  await (await runnerOn("sandbox")).start("t", "go");
  expect(await desk.approve()).toMatchObject({ namespace: "sandbox" });
  const error = await failure((await runnerOn("production")).resume("t"));
  expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.details).toMatchObject({
    saved: "sandbox/drop",
    running: "production/drop",
  });
  expect(called).toEqual([]);
  expect(await (await runnerOn("sandbox")).resume("t")).toMatchObject({ status: "completed" });
  expect(called).toEqual(["sandbox/drop"]);
});

test("toolNamespace tells them apart, for the model and for whoever signs", async () => {
  const desk = openDesk({ policy });
  const called: string[] = [];
  const grouped = async (name: string) => {
    const tools = (await getAllMcpTools({ mcpServers: [mcpServer(name, ["drop"], called)] })) as FunctionTool[];
    return toolNamespace({ name, description: name, tools });
  };
  const tools = gateTools(desk.gate, [...(await grouped("sandbox")), ...(await grouped("production"))]);
  const model = saying([{ ...drop, namespace: "production" }]);
  const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools }), { name: "a" });
  await runner.start("t", "go");
  expect(await desk.approve()).toMatchObject({ namespace: "production" });
  await runner.resume("t");
  expect(called).toEqual(["production/drop"]);
});
