// What came of an effect that was started, where LangGraph has ways out of a tool that are no errors.
import { failure } from "@countersign/adapter-tests";
import { approve, definePolicy, type Gate } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { Annotation, Command, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createAgent, tool } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const policy = definePolicy({ tools: { work: "ask" } });
const by = { id: "alice" };

/** A signed tool with this body, in an agent that is a node of a graph with another node beside it. */
function opened(body: () => unknown) {
  const { gate } = openDesk({ policy });
  let entered = 0;
  const work = tool(async () => (entered++, body()), { name: "work", description: "", schema: z.object({}) });
  const middleware = [approvalMiddleware(gate)];
  const agent = createAgent({ model: new ScriptedModel(obedient), tools: [work], middleware });
  const state = Annotation.Root({ ...MessagesAnnotation.spec, seen: Annotation<string> });
  const graph = new StateGraph(state)
    .addNode("agent", agent.graph as never, { ends: ["beside"] })
    .addNode("beside", () => ({ seen: "beside" }))
    .addEdge(START, "agent")
    .compile({ checkpointer: new MemorySaver() });
  const runner = createRunner(gate, graph, { name: "a" });
  return { gate, runner, entered: () => entered };
}

async function signed(gate: Gate): Promise<string> {
  const [request] = (await gate.list({ status: "pending" })).items;
  if (!request) throw new Error("nothing waits");
  await gate.decide(request, approve(), { by });
  return request.id;
}
const start = { messages: [{ role: "user", content: JSON.stringify([["work", {}]]) }] };

describe("a signed tool", () => {
  test("whose inner graph goes on to the parent graph has run", async () => {
    const inner = new StateGraph(Annotation.Root({ x: Annotation<string> }))
      .addNode("leave", () => new Command({ graph: Command.PARENT, goto: "beside", update: { seen: "left" } }))
      .addEdge(START, "leave")
      .compile();
    const { gate, runner, entered } = opened(() => inner.invoke({ x: "" }));
    await runner.start("t", start);
    const id = await signed(gate);
    const first = await runner.resume("t").catch((error: unknown) => error);
    expect((await gate.get(id))?.execution).toBe("done");
    const again = await runner.resume("t").catch((error: unknown) => error);
    expect(entered()).toBe(1);
    expect([first, again]).not.toContainEqual(expect.objectContaining({ code: "EXECUTION_BUSY" }));
  });

  test("whose answer can't be kept has run", async () => {
    const { gate, runner, entered } = opened(() => new Command({ update: { seen: 1n as never } }));
    await runner.start("t", start);
    const id = await signed(gate);
    await failure(runner.resume("t"));
    expect([(await gate.get(id))?.execution, entered()]).toEqual(["done", 1]);
  });
});
