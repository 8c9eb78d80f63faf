// A tool that is gone while its call waits: no decision is lost, and a rollback goes on.
import { amendRun, type Continuation } from "@countersign/core/adapter";
import { approvalMiddleware, createRunner, gateTools } from "@countersign/langgraph";
import { MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createReactAgent, ToolNode } from "@langchain/langgraph/prebuilt";
import { AIMessage, createAgent, createMiddleware, tool, toolRetryMiddleware, type AgentMiddleware } from "langchain";
import { describe, expect, test } from "vitest";
import { failure } from "@countersign/adapter-tests";
import { z } from "zod";
import { openDesk, paying, type Desk } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };
const incompatible = { code: "STATE_INCOMPATIBLE", message: expect.stringMatching(/tool pay/) as unknown };

/** One deploy after the other on the same checkpoints: each with the tool that pays, or with one of another name in its place. */
function openDeploys() {
  const desk = openDesk();
  const checkpointer = new MemorySaver();
  const renamed = tool(async () => "never", { name: "pay_vendor", description: "", schema: z.object({}).loose() });
  const note = tool(async () => desk.effects.push({ amount: 0, to: "note" }), { name: "note", description: "", schema: z.object({}) });
  const toolsOf = (has: boolean): Desk["pay"][] => [has ? desk.pay : (renamed as never), note as never];
  const agentOf = (has: boolean, middleware: AgentMiddleware[] = [], tools = toolsOf(has)) =>
    createAgent({ model: new ScriptedModel(obedient), tools, checkpointer, middleware: [approvalMiddleware(desk.gate), ...middleware] });
  return { ...desk, checkpointer, toolsOf, agentOf };
}
type Deploys = ReturnType<typeof openDeploys>;

const both = JSON.stringify([["pay", { amount: 5_000, to: "x" }], ["note", {}]]); // prettier-ignore

const shapes: Record<string, (deploys: Deploys, has: boolean) => object> = {
  approvalMiddleware: ({ agentOf }, has) => agentOf(has),
  "approvalMiddleware before a retry": ({ agentOf }, has) => agentOf(has, [toolRetryMiddleware({ maxRetries: 1, initialDelayMs: 1 })]),
  "gateTools v1": ({ gate, checkpointer, toolsOf }, has) => react("v1", gateTools(gate, toolsOf(has)), checkpointer),
  "gateTools v2": ({ gate, checkpointer, toolsOf }, has) => react("v2", gateTools(gate, toolsOf(has)), checkpointer),
  "gateTools in createAgent": ({ gate, checkpointer, toolsOf }, has) =>
    createAgent({ model: new ScriptedModel(obedient), tools: gateTools(gate, toolsOf(has)), checkpointer }),
  "gateTools in a nested graph": ({ gate, checkpointer, toolsOf }, has) =>
    new StateGraph(MessagesAnnotation)
      .addNode("inner", react("v2", gateTools(gate, toolsOf(has))))
      .addEdge(START, "inner")
      .compile({ checkpointer }),
};

function react(version: "v1" | "v2", tools: Desk["pay"][], checkpointer?: MemorySaver) {
  // oxlint-disable-next-line typescript/no-deprecated -- whoever still has one wants it gated
  return createReactAgent({ llm: new ScriptedModel(obedient), tools, version, ...(checkpointer ? { checkpointer } : {}) });
}

describe.each(Object.entries(shapes))("under a runner, %s", (_, shape) => {
  test("refuses before anything happens, keeps the decision, and a rollback goes on", async () => {
    const deploys = openDeploys();
    const deploy = (has: boolean) => createRunner(deploys.gate, shape(deploys, has) as never, { name: "payments" });
    await deploy(true).start("t", both);
    const request = await deploys.approve("x");
    for (let time = 0; time < 2; time++) expect(await failure(deploy(false).resume("t"))).toMatchObject(incompatible);
    expect(deploys.effects).toEqual([]);
    expect(await deploys.gate.get(request.id)).toMatchObject({ status: "approved", execution: "none", begun: false });
    expect(await deploy(true).resume("t")).toMatchObject({ status: "completed" });
    expect(deploys.effects).toContainEqual({ amount: 5_000, to: "x" });
  });

  test.each(["this version", "an earlier one"])(
    "of a run that %s paused, so does a rejection: the model hears its words",
    async (version) => {
      const deploys = openDeploys();
      const deploy = (has: boolean) => createRunner(deploys.gate, shape(deploys, has) as never, { name: "payments" });
      await deploy(true).start("t", both, { requestedBy: "bob" });
      if (version === "an earlier one") await amendRun(deploys.gate, "t", { id: "bob" }, withoutTools);
      await deploys.reject("x", "not to x");
      expect(await failure(deploy(false).resume("t"))).toMatchObject(incompatible);
      expect(await deploy(true).resume("t")).toMatchObject({ status: "completed", text: expect.stringMatching(/not to x/) as string });
      expect(deploys.effects).toEqual([{ amount: 0, to: "note" }]);
    },
  );
});

/** As a version saved it that didn't note the tools of a pause. */
function withoutTools({ format, data }: Continuation): Continuation {
  const { tally } = data as { readonly tally: object };
  return { format, data: { tally: { ...tally, asked: undefined } } };
}

describe("without a runner", () => {
  test("approvalMiddleware says so, and a rollback goes on", async () => {
    const { agentOf, approve, gate, effects } = openDeploys();
    await agentOf(true).invoke({ messages: paying([5_000, "x"]) }, config);
    const request = await approve("x");
    expect(await failure(agentOf(false).invoke(null, config))).toMatchObject({ cause: incompatible });
    expect(await gate.get(request.id)).toMatchObject({ status: "approved", execution: "none" });
    await agentOf(true).invoke(null, config);
    expect(effects).toEqual([{ amount: 5_000, to: "x" }]);
  });
});

test("a call that has run is told from its record, also if its tool is gone by now", async () => {
  const deploys = openDeploys();
  const { agentOf, approve, gate, effects } = deploys;
  const dying = createMiddleware({
    name: "Dying",
    wrapToolCall: async (request, handler) => {
      await handler(request);
      throw new Error("the process died");
    },
  }) as AgentMiddleware;
  const deploy = (has: boolean, others: AgentMiddleware[] = []) => createRunner(gate, agentOf(has, others), { name: "payments" });
  await deploy(true).start("t", paying([5_000, "x"]));
  await approve("x");
  await failure(deploy(true, [dying]).resume("t"));
  expect(effects).toHaveLength(1);
  expect(await deploy(false).resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
  expect(effects).toHaveLength(1);
});

test("a tool that a function in the graph calls is nobody's to miss", async () => {
  const { gate, checkpointer, pay, approve, effects } = openDeploys();
  const [gated] = gateTools(gate, [pay]);
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("model", () => ({
      messages: [
        new AIMessage({ content: "", tool_calls: [{ name: "pay", args: { amount: 5_000, to: "x" }, id: "a", type: "tool_call" }] }),
      ],
    }))
    .addNode("act", async ({ messages }) => {
      const [call] = (messages.at(-1) as AIMessage).tool_calls ?? [];
      return { messages: call ? [await gated.invoke({ ...call, type: "tool_call" })] : [] };
    })
    .addNode("others", new ToolNode([]))
    .addEdge(START, "model")
    .addConditionalEdges("model", () => "act", ["act", "others"])
    .compile({ checkpointer });
  const runner = createRunner(gate, graph, { name: "payments" });
  await runner.start("t", "go");
  await approve("x");
  expect(await runner.resume("t")).toMatchObject({ status: "completed" });
  expect(effects).toHaveLength(1);
});
