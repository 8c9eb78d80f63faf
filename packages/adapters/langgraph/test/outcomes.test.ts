import { createWorker, definePolicy, type AgentRunner, type RunOutcome } from "@countersign/core";
import { approvalMiddleware, createRunner, gateTools } from "@countersign/langgraph";
import { AIMessage, RemoveMessage, type BaseMessage } from "@langchain/core/messages";
import {
  Annotation,
  END,
  entrypoint,
  MemorySaver,
  MessagesAnnotation,
  REMOVE_ALL_MESSAGES,
  START,
  StateGraph,
  type BaseCheckpointSaver,
} from "@langchain/langgraph";
import { createAgent, createMiddleware, HumanMessage, providerStrategy, tool, toolStrategy, type AgentMiddleware } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, type Desk } from "./support/desk.ts";
import { reactAgent } from "./support/react-agent.ts";
import { obedient, ScriptedModel, type Script } from "./support/scripted-model.ts";

const Total = z.object({ total: z.number(), to: z.string() });
const TOTAL = { total: 5_000, to: "x" };
const AT = new Date("2026-11-29T09:00:00.123Z");
const asTool = toolStrategy(Total);

/** Pays, then answers by the schema: as text, or by the tool that stands for the schema. */
const thenTotal = (how: "text" | "tool"): Script => {
  return (messages) => {
    const said = obedient(messages);
    if (typeof said !== "string") return said;
    return how === "text" ? JSON.stringify(TOTAL) : [{ name: asTool[0]?.name ?? "", args: TOTAL, id: `total-${messages.length}` }];
  };
};

/** Graphs that answer something else than their whole state, or what no checkpoint keeps. */
const graphs: Record<string, (desk: Desk, checkpointer: BaseCheckpointSaver) => Parameters<typeof createRunner>[1]> = {
  "an agent that answers by a tool": ({ gate, pay }, checkpointer) =>
    createAgent({
      model: new ScriptedModel(thenTotal("tool")),
      tools: [pay],
      responseFormat: asTool,
      checkpointer,
      middleware: [approvalMiddleware(gate)],
    }),
  "an agent whose provider answers by the schema": ({ gate, pay }, checkpointer) =>
    createAgent({
      model: new ScriptedModel(thenTotal("text")),
      tools: gateTools(gate, [pay]),
      responseFormat: providerStrategy(Total),
      checkpointer,
    }),
  "a graph with an output schema": ({ gate, pay }, checkpointer) => answering(agentOn(pay, gate), checkpointer),
  "a graph of two levels": ({ gate, pay }, checkpointer) =>
    new StateGraph({ stateSchema: MessagesAnnotation, output: Annotation.Root({ messages: MessagesAnnotation.spec.messages }) })
      .addNode("inner", agentOn(pay, gate).graph)
      .addEdge(START, "inner")
      .addEdge("inner", END)
      .compile({ checkpointer }),
};

function agentOn(pay: Desk["pay"], gate: Desk["gate"]) {
  return createAgent({ model: new ScriptedModel(thenTotal("text")), tools: [pay], middleware: [approvalMiddleware(gate)] });
}

/** Keeps its messages to itself. */
function answering(agent: ReturnType<typeof agentOn>, checkpointer: BaseCheckpointSaver) {
  const Answered = Annotation.Root({ total: Annotation<object>, at: Annotation<Date> });
  return new StateGraph({ stateSchema: Annotation.Root({ ...MessagesAnnotation.spec, ...Answered.spec }), output: Answered })
    .addNode("agent", agent.graph)
    .addNode("answer", () => ({ total: TOTAL, at: AT }))
    .addEdge(START, "agent")
    .addEdge("agent", "answer")
    .addEdge("answer", END)
    .compile({ checkpointer });
}

/** Each way to the end of the same run. */
const ways: Record<string, (runner: AgentRunner, desk: Desk) => Promise<RunOutcome<unknown>>> = {
  resume: (runner) => runner.resume("t"),
  "a worker": async (runner, { gate }) => (await createWorker(gate, [runner]).drain(), runner.resume("t")),
  resumeStream: async (runner) => (await runner.resumeStream("t")).outcome,
  "a stream's replay": async (runner) => (await runner.resume("t"), (await runner.resumeStream("t")).outcome),
};

describe.each(Object.keys(graphs))("%s", (name) => {
  test.each(Object.keys(ways))("answers what invoke answers, told by %s and then by a replay", async (way) => {
    const desk = openDesk();
    const graph = graphs[name]?.(desk, new MemorySaver());
    if (!graph) throw new Error("unreachable");
    const runner: AgentRunner = createRunner(desk.gate, graph, { name: "x" });
    await runner.start("t", { messages: paying([5_000, "x"]) });
    await desk.approve("x");
    const outcome = await ways[way]?.(runner, desk);

    const native = openDesk({ policy: definePolicy({ tools: { pay: "allow" } }) });
    const config = { configurable: { thread_id: "native" } };
    const invoked: unknown = await graphs[name]?.(native, new MemorySaver()).invoke({ messages: paying([5_000, "x"]) }, config);
    expect(outcome).toMatchObject({ status: "completed" });
    expect(withoutIds(outcome)).toEqual(withoutIds({ status: "completed", output: invoked }));
    expect(without(await runner.resume("t"))).toEqual(without(outcome));
  });
});

test("a structured answer is the last run's", async () => {
  const desk = openDesk();
  let structured = true;
  const script: Script = (messages) => (structured ? thenTotal("tool")(messages) : "no total today");
  const agent = createAgent({
    model: new ScriptedModel(script),
    tools: [desk.pay],
    responseFormat: asTool,
    checkpointer: new MemorySaver(),
    middleware: [approvalMiddleware(desk.gate)],
  });
  const runner = createRunner(desk.gate, agent, { name: "x" });
  expect(await runner.start("t", paying([5, "x"]))).toMatchObject({ output: { structuredResponse: TOTAL } });
  structured = false;
  const second = await runner.start("t", "hello");
  expect(second.status === "completed" && second.output.structuredResponse).toBe(undefined);
  const again = await runner.resume("t");
  expect(again.status === "completed" && again.output.structuredResponse).toBe(undefined);
});

test("a workflow that takes text is given that text, and no messages", async () => {
  const { gate } = openDesk();
  const shout = entrypoint({ name: "shout", checkpointer: new MemorySaver() }, async (text: string) => text.toUpperCase());
  expect(await createRunner(gate, shout, { name: "shout" }).start("t", "hello")).toMatchObject({ status: "completed", output: "HELLO" });
});

test("a workflow without a state graph answers what it returned", async () => {
  const desk = openDesk();
  const flow = entrypoint({ name: "flow", checkpointer: new MemorySaver() }, async ({ to }: { to: string }) => ({ to, at: AT.toJSON() }));
  const runner: AgentRunner = createRunner(desk.gate, flow as never, { name: "x" });
  const outcomes = [await (await runner.stream("t", { to: "Acme" })).outcome, await runner.resume("t")];
  for (const outcome of outcomes) expect(outcome).toMatchObject({ output: { to: "Acme", at: AT.toJSON() }, messages: [] });
});

describe("usage", () => {
  const requests = (count: number): object => ({ inputTokens: 10 * count, outputTokens: 5 * count, totalTokens: 15 * count });

  test("counts the run's requests over its pauses, and none of an earlier run", async () => {
    const desk = openDesk();
    const agent = reactAgent(gateTools(desk.gate, [desk.pay]), obedient);
    const runner = createRunner(desk.gate, agent, { name: "x" });
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ usage: requests(2) });
    expect(await runner.start("t", "hello")).toMatchObject({ usage: requests(1) });
    const { outcome } = await runner.stream("t", "hello again");
    expect(await outcome).toMatchObject({ usage: requests(1) });
    expect(await runner.resume("t")).toMatchObject({ usage: requests(1), replayed: true });
  });

  /** Pays, asks an agent inside a tool that pays as well, and ends. */
  function openDelegating(desk: Desk, further: readonly AgentMiddleware[] = []) {
    const steps =
      (...said: readonly ReturnType<Script>[]): Script =>
      () =>
        said[asked++] ?? "over";
    let asked = 0;
    const innerModel = new ScriptedModel((messages) => (messages.length > 1 ? "done" : [{ name: "pay", args: { amount: 5, to: "z" } }]));
    const inner = createAgent({ model: innerModel, tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    const helper = tool(async () => (await inner.invoke({ messages: "help" })).messages.at(-1)?.text, {
      name: "helper",
      description: "",
      schema: z.object({}),
    });
    const model = new ScriptedModel(
      steps([{ name: "helper", args: {}, id: "a" }], [{ name: "pay", args: { amount: 5_000, to: "x" }, id: "b" }], "over"),
    );
    const agent = createAgent({
      model,
      tools: [desk.pay, helper],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(desk.gate), ...further],
    });
    return createRunner(desk.gate, agent, { name: "x" });
  }

  test("counts those of an agent inside a tool, before a pause too", async () => {
    const desk = openDesk();
    const runner = openDelegating(desk);
    await runner.start("t", "go");
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ text: "over", usage: requests(5) });
  });

  test("counts requests whose messages were removed", async () => {
    const desk = openDesk();
    const forgetful = createMiddleware({
      name: "Forgetful",
      beforeModel: ({ messages }) => {
        const human = messages.find((message) => HumanMessage.isInstance(message));
        return messages.length > 3 && human ? { messages: [new RemoveMessage({ id: REMOVE_ALL_MESSAGES }), human] } : undefined;
      },
    });
    const runner = openDelegating(desk, [forgetful as AgentMiddleware]);
    await runner.start("t", "go");
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ text: "over", usage: requests(5) });
  });

  test("counts what a process has left in the conversation that died", async () => {
    const desk = openDesk();
    let dies = true;
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [desk.pay],
      checkpointer: new MemorySaver(),
      middleware: [
        approvalMiddleware(desk.gate),
        createMiddleware({
          name: "Dies",
          beforeModel: ({ messages }) => {
            if (dies && messages.length > 1) throw new Error("killed");
          },
        }),
      ],
    });
    const runner = createRunner(desk.gate, agent, { name: "x" });
    await expect(runner.start("t", paying([5, "x"]))).rejects.toThrow("killed");
    dies = false;
    expect(await runner.resume("t")).toMatchObject({ usage: requests(2) });
  });

  test("is the in-process reviewer's run's, too", async () => {
    const desk = openDesk({ reviewer: { as: { id: "alice" }, review: () => ({ type: "approve" }) } });
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [desk.pay],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(desk.gate)],
    });
    const outcome = await createRunner(desk.gate, agent, { name: "x" }).start("t", paying([5_000, "x"]));
    expect(outcome).toMatchObject({ status: "completed", usage: requests(2) });
  });

  test("is unknown where no message says", async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("say", () => ({ messages: [new AIMessage("hello")] }))
      .addEdge(START, "say")
      .addEdge("say", END)
      .compile({ checkpointer: new MemorySaver() });
    const outcome = await createRunner(openDesk().gate, graph, { name: "x" }).start("t", "go");
    expect(outcome.status === "completed" && outcome.usage).toBe(undefined);
  });
});

test("who answered is the agent that LangChain names, or nobody", async () => {
  const desk = openDesk();
  const open = (name?: string): AgentRunner =>
    createRunner(
      desk.gate,
      createAgent({
        model: new ScriptedModel(obedient),
        tools: [],
        checkpointer: new MemorySaver(),
        middleware: [approvalMiddleware(desk.gate)],
        ...(name === undefined ? {} : { name }),
      }),
      { name: "runner" },
    );
  expect(await open("billing").start("a", "hello")).toMatchObject({ lastAgent: "billing" });
  expect(await open("billing").resume("a")).toMatchObject({ lastAgent: "billing" });
  expect(await open().start("b", "hello")).toMatchObject({ lastAgent: undefined });
});

test("the conversation is there while calls wait, when it is over, and for a graph that answers without it", async () => {
  const desk = openDesk();
  const runner = createRunner(desk.gate, answering(agentOn(desk.pay, desk.gate), new MemorySaver()), { name: "x" });
  const texts = (messages: readonly BaseMessage[]): string[] => messages.map(({ type, text }) => `${type}: ${text}`);
  expect(await runner.messages("t")).toEqual([]);
  await runner.start("t", { messages: paying([5_000, "x"]) });
  expect(texts(await runner.messages("t"))).toEqual(
    [`human: ${paying([5_000, "x"])}`, "ai: "].slice(0, (await runner.messages("t")).length),
  );
  await desk.approve("x");
  const outcome = await runner.resume("t");
  const all = [`human: ${paying([5_000, "x"])}`, "ai: ", "tool: paid 5000 to x", `ai: ${JSON.stringify(TOTAL)}`];
  expect(outcome.status === "completed" && texts(outcome.messages)).toEqual(all);
  expect(outcome).toMatchObject({ text: JSON.stringify(TOTAL) });
  expect(texts(await runner.messages("t"))).toEqual(all);
});

/** As JSON, but for dates: every run of the same agent gives its messages other ids. */
function withoutIds(outcome: unknown): unknown {
  const { output } = outcome as { output: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(output).map(([key, value]) => [key, key === "messages" ? (value as BaseMessage[]).map(plain) : value]),
  );
}

function plain({ type, text, name }: BaseMessage): object {
  return { type, text, name };
}

function without(outcome: unknown): unknown {
  const { replayed, ...rest } = outcome as { replayed: boolean; output: object; messages: BaseMessage[] };
  return { ...rest, output: withoutIds(rest), messages: rest.messages.map((message) => ({ ...plain(message), id: message.id })) };
}
