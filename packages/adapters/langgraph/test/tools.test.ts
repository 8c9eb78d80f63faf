import { definePolicy, isCountersignError } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/langgraph";
import { scriptedReviewer } from "@countersign/testing";
import { Command, END, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { AIMessage, createAgent, tool, ToolMessage, type BaseMessage } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, transcript, type Desk } from "./support/desk.ts";
import { reactAgent } from "./support/react-agent.ts";
import { obedient, ScriptedModel, type Script } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };

/** Every shape of agent that takes plain tools. */
const shapes = {
  "createReactAgent v1": (tools: Desk["pay"][], script: Script) => reactAgent(tools, script, { version: "v1" }),
  "createReactAgent v2": (tools: Desk["pay"][], script: Script) => reactAgent(tools, script, { version: "v2" }),
  "createAgent with gated tools": (tools: Desk["pay"][], script: Script) =>
    createAgent({ model: new ScriptedModel(script), tools, checkpointer: new MemorySaver() }).graph,
  "a StateGraph with a ToolNode": (tools: Desk["pay"][], script: Script) => {
    const model = new ScriptedModel(script);
    const proposes = ({ messages }: { messages: BaseMessage[] }): boolean => ((messages.at(-1) as AIMessage).tool_calls ?? []).length > 0;
    return new StateGraph(MessagesAnnotation)
      .addNode("model", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
      .addNode("tools", new ToolNode(tools))
      .addEdge(START, "model")
      .addConditionalEdges("model", (state) => (proposes(state) ? "tools" : END), ["tools", END])
      .addEdge("tools", "model")
      .compile({ checkpointer: new MemorySaver() });
  },
  "a StateGraph whose node calls the tools itself": (tools: Desk["pay"][], script: Script) => {
    const model = new ScriptedModel(script);
    const proposes = ({ messages }: { messages: BaseMessage[] }): boolean => ((messages.at(-1) as AIMessage).tool_calls ?? []).length > 0;
    return new StateGraph(MessagesAnnotation)
      .addNode("model", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
      .addNode("tools", async ({ messages }, options) => {
        const answers: BaseMessage[] = [];
        for (const call of (messages.at(-1) as AIMessage).tool_calls ?? []) {
          const found = tools.find(({ name }) => name === call.name);
          if (found) answers.push((await found.invoke({ ...call, type: "tool_call" }, options)) as BaseMessage);
        }
        return { messages: answers };
      })
      .addEdge(START, "model")
      .addConditionalEdges("model", (state) => (proposes(state) ? "tools" : END), ["tools", END])
      .addEdge("tools", "model")
      .compile({ checkpointer: new MemorySaver() });
  },
};

describe.each(Object.entries(shapes))("%s", (_name, build) => {
  const open = (desk: Desk, script: Script = obedient) => build(gateTools(desk.gate, [desk.pay]), script);

  test("a small action runs without a pause", async () => {
    const desk = openDesk();
    const state = await open(desk).invoke({ messages: paying([5, "x"]) }, config);
    expect(transcript(state as never).at(-1)).toBe("ai: paid 5 to x");
    expect(desk.effects).toEqual([{ amount: 5, to: "x" }]);
  });

  test("approve, edit and reject in one turn; nothing of it runs before all are decided, and each once", async () => {
    const desk = openDesk();
    const graph = open(desk);
    await graph.invoke({ messages: paying([2_000, "a"], [3_000, "b"], [4_000, "c"], [5, "d"]) }, config);
    expect((await desk.pending()).map(({ args }) => String(args["to"])).toSorted()).toEqual(["a", "b", "c"]);
    expect(desk.effects).toEqual([]);
    expect(desk.io.get("commit")).toBe(1);
    await desk.edit("c", { amount: 3_999, to: "c" });
    await desk.reject("b", "not b");
    await graph.invoke(null, config);
    expect(desk.effects).toEqual([]);
    await desk.approve("a");
    const state = await graph.invoke(null, config);
    expect(transcript(state as never).slice(2, 6)).toEqual([
      "tool: paid 2000 to a",
      "tool: not b",
      expect.stringMatching(/^tool: A person reviewed .*3999[^]*paid 3999 to c$/),
      "tool: paid 5 to d",
    ]);
    expect(desk.effects.map(({ to, amount }) => `${to}${amount}`).toSorted()).toEqual(["a2000", "c3999", "d5"]);
    await graph.invoke(null, config);
    expect(desk.effects).toHaveLength(3);
  });

  test("a bare resume, broadcast to every pause, decides nothing", async () => {
    const desk = openDesk();
    const graph = open(desk);
    await graph.invoke({ messages: paying([2_000, "a"], [3_000, "b"], [5, "d"]) }, config);
    for (const resume of [true, { decisions: [{ type: "approve" }] }, "approve"]) {
      expect(await graph.invoke(new Command({ resume }), config)).toHaveProperty("__interrupt__");
    }
    expect(desk.effects).toEqual([]);
    expect(await desk.pending()).toHaveLength(2);
    await desk.approve("a");
    await desk.approve("b");
    await graph.invoke(null, config);
    expect(desk.effects).toHaveLength(3);
  });

  test("under a runner it suspends and goes on", async () => {
    const desk = openDesk();
    const runner = createRunner(desk.gate, open(desk), { name: "payments" });
    expect(await runner.start("t", paying([5_000, "x"], [6, "y"]) as never)).toMatchObject({
      status: "suspended",
      pending: [{ args: { to: "x" } }],
    });
    expect(await runner.resume("t")).toMatchObject({ status: "suspended" });
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x | paid 6 to y" });
    expect(desk.effects).toHaveLength(2);
  });

  test("a new input instead of an answer withdraws the request and keeps the history valid", async () => {
    const desk = openDesk();
    const runner = createRunner(desk.gate, open(desk), { name: "payments" });
    await runner.start("t", paying([5_000, "x"], [6, "y"]) as never);
    expect(await runner.start("t", "hello" as never, { pending: "cancel" })).toMatchObject({
      status: "completed",
      text: "You said: hello",
    });
    expect((await desk.gate.list({ threadId: "t" })).items.map(({ status }) => status)).toEqual(["cancelled"]);
    expect(desk.effects).toEqual([]);
  });

  test("a rejection can stop the run", async () => {
    const desk = openDesk();
    let requests = 0;
    const graph = open(desk, (messages) => {
      requests++;
      return obedient(messages);
    });
    const runner = createRunner(desk.gate, graph, { name: "payments" });
    await runner.start("t", paying([5_000, "x"]) as never);
    await desk.reject("x", "enough", "stop");
    expect(await runner.resume("t")).toMatchObject({ status: "stopped", message: "enough" });
    expect(requests).toBe(1);
    expect(await runner.start("t", "hello" as never)).toMatchObject({ status: "completed", text: "You said: hello" });
    expect(desk.effects).toEqual([]);
  });

  test("an in-process reviewer answers without a pause", async () => {
    const desk = openDesk({ reviewer: scriptedReviewer([{ type: "approve" }]) });
    const state = await open(desk).invoke({ messages: paying([5_000, "x"]) }, config);
    expect(transcript(state as never).at(-1)).toBe("ai: paid 5000 to x");
  });

  test("a tool's own failure goes to the model, once", async () => {
    let tries = 0;
    const desk = openDesk({
      during: () => {
        tries++;
        throw new Error("insufficient funds");
      },
    });
    const graph = open(desk);
    await graph.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    const outcome = await graph.invoke(null, config).catch((thrown: unknown) => String(thrown));
    expect(JSON.stringify(outcome)).toMatch(/insufficient funds/);
    await graph.invoke(null, config).catch(() => {});
    expect(tries).toBe(1);
  });
});

describe("gated tools", () => {
  test("an execution whose outcome is unknown leaves a tool node as a pause that says so, and a runner as the typed error", async () => {
    const gone = new Promise<never>(() => {});
    const stuck = { on: true };
    const desk = openDesk({ during: () => (stuck.on ? gone : undefined), timings: { lease: 200, receiptWait: 20 } });
    const graph = shapes["createReactAgent v2"](gateTools(desk.gate, [desk.pay]), obedient);
    await graph.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    void graph.invoke(null, config).catch(() => {});
    const seen = async (): Promise<string | undefined> => {
      const result = (await graph.invoke(null, config)) as { __interrupt__?: { value: { countersign?: { error?: { code: string } } } }[] };
      return result.__interrupt__?.[0]?.value.countersign?.error?.code;
    };
    await expect.poll(async () => (await desk.gate.list({ threadId: "t" })).items[0]?.execution).toBe("executing");
    expect(["EXECUTION_BUSY", "EXECUTION_UNKNOWN"]).toContain(await seen());
    expect(desk.effects).toEqual([]);
  });

  test("a missing checkpointer is no tool text", async () => {
    const desk = openDesk();
    const graph = reactAgent(gateTools(desk.gate, [desk.pay]), obedient, { checkpointer: false });
    const result = await graph.invoke({ messages: paying([5, "x"]) }, config);
    expect(result).toMatchObject({ __interrupt__: [{ value: { countersign: { error: { code: "SETUP" } } } }] });
    expect(desk.effects).toEqual([]);
  });

  test("called by hand in a node: pauses, runs the signed arguments once, and refuses with an error", async () => {
    const desk = openDesk();
    const [pay] = gateTools(desk.gate, [desk.pay]);
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("pay", async () => ({
        messages: [
          new AIMessage(
            `${(await pay.invoke({ amount: 5_000, to: "x" })) as string} ${(await pay.invoke({ amount: 6, to: "y" })) as string}`,
          ),
        ],
      }))
      .addEdge(START, "pay")
      .addEdge("pay", END)
      .compile({ checkpointer: new MemorySaver() });
    await graph.invoke({ messages: "go" }, config);
    expect(desk.effects).toEqual([]);
    await desk.approve("x");
    expect(transcript(await graph.invoke(null, config)).at(-1)).toBe("ai: paid 5000 to x paid 6 to y");
    expect(desk.effects).toHaveLength(2);
    await graph.invoke({ messages: "again" }, config);
    await desk.reject("x", "no");
    await expect(graph.invoke(null, config)).rejects.toSatisfy((thrown) => isCountersignError(thrown, "NOT_APPROVED"));
  });

  test("outside any graph a call is refused", async () => {
    const desk = openDesk();
    const [pay] = gateTools(desk.gate, [desk.pay]);
    await expect(pay.invoke({ amount: 5, to: "x" })).rejects.toSatisfy((thrown) => isCountersignError(thrown, "SETUP"));
    expect(desk.effects).toEqual([]);
  });

  test("a node that swallows the pause is found out at the next call", async () => {
    const desk = openDesk();
    const [pay] = gateTools(desk.gate, [desk.pay]);
    const model = new ScriptedModel((messages) => [{ name: "pay", args: { amount: 5_000, to: `x${messages.length}` } }]);
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("model", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
      .addNode("tools", async ({ messages }, options) => {
        const [call] = (messages.at(-1) as AIMessage).tool_calls ?? [];
        if (!call) return {};
        try {
          return { messages: [(await pay.invoke({ ...call, type: "tool_call" }, options)) as BaseMessage] };
        } catch (error) {
          if (isCountersignError(error) || String(error).includes("swallowed")) throw error;
          return { messages: [new ToolMessage({ content: "it failed", tool_call_id: call.id ?? "" })] };
        }
      })
      .addEdge(START, "model")
      .addEdge("model", "tools")
      .addEdge("tools", "model")
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(desk.gate, graph, { name: "careless" });
    await expect(runner.start("t", "go")).rejects.toSatisfy((thrown) => isCountersignError(thrown, "SETUP"));
    expect(desk.effects).toEqual([]);
    expect(model.requests).toBe(2);
  });

  test("results that are no text come back the same from the receipt", async () => {
    const rich = tool(
      async ({ kind }: { kind: string }, { toolCallId }: { toolCallId: string }) =>
        kind === "command"
          ? new Command({ update: { messages: [new ToolMessage({ content: "by command", tool_call_id: toolCallId })] } })
          : new ToolMessage({ content: "rich", artifact: { rows: [1, 2] }, tool_call_id: toolCallId, name: "rich" }),
      { name: "rich", description: "", schema: z.object({ kind: z.string(), to: z.string() }) },
    );
    const desk = openDesk({ policy: definePolicy({ tools: { rich: "ask" } }) });
    const crash = { on: true };
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("tools", new ToolNode(gateTools(desk.gate, [rich])))
      .addNode("after", () => {
        if (crash.on) throw new Error("crash");
        return {};
      })
      .addEdge(START, "tools")
      .addEdge("tools", "after")
      .addEdge("after", END)
      .compile({ checkpointer: new MemorySaver() });
    const proposal = new AIMessage({
      id: "m",
      content: "",
      tool_calls: [
        { name: "rich", args: { kind: "message", to: "a" }, id: "c0", type: "tool_call" },
        { name: "rich", args: { kind: "command", to: "b" }, id: "c1", type: "tool_call" },
      ],
    });
    await graph.invoke({ messages: [proposal] }, config);
    await desk.edit("a", { kind: "message", to: "A" });
    await desk.edit("b", { kind: "command", to: "B" });
    const paused = await graph.getState(config);
    await graph.invoke(null, config).catch(() => {});
    crash.on = false;
    // Back to before the tools ran: everything is answered from the receipts now.
    const state = await graph.invoke(null, { configurable: { ...paused.config.configurable, thread_id: "t" } });
    const messages = state.messages.slice(1) as InstanceType<typeof ToolMessage>[];
    expect(messages.map(({ text }) => text)).toEqual([
      expect.stringMatching(/"to":"A"[^]*rich$/),
      expect.stringMatching(/"to":"B"[^]*by command$/),
    ]);
    expect(messages[0]?.artifact).toEqual({ rows: [1, 2] });
  });
});
