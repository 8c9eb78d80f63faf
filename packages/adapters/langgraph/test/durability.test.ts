import { fileURLToPath } from "node:url";
import { approve, createGate, definePolicy, isCountersignError, type ApprovalRequest } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { memoryStore } from "@countersign/memory";
import { bundleChildren, filesInMemory } from "@countersign/test-run";
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { AIMessage, createAgent, createMiddleware, tool } from "langchain";
import { describe, expect, test } from "vitest";
import { openAgent } from "./support/agent.ts";
import { openDesk, paying } from "./support/desk.ts";
import { inProcess } from "./support/process.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";
import { SlowSaver } from "./support/slow-saver.ts";
import { effectsAt, modelRequestsAt, newPlace, openWorld } from "./support/world.ts";

const thread = "pay-001";
const script = new URL("./support/dies-after-suspend.ts", import.meta.url);

filesInMemory();
await bundleChildren([script, new URL("./support/child.ts", import.meta.url)]);

/** A runner of an agent that pays, and for each of its commits whether the graph's own pause was on disk by then. */
function driven(durability: "sync" | "async") {
  const desk = openDesk();
  const saver = new SlowSaver(":memory:", 30);
  const store = memoryStore();
  const commit = store.commit.bind(store);
  const pausedBefore: boolean[] = [];
  store.commit = async (batch) => {
    const tuple = await saver.getTuple({ configurable: { thread_id: "t" } });
    pausedBefore.push(tuple?.pendingWrites?.some(([, channel]) => channel === "__interrupt__") ?? false);
    return commit(batch);
  };
  const gate = createGate({ policy: desk.gate.policy, store, warn: () => {} });
  const middleware = [approvalMiddleware(gate)];
  const agent = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], checkpointer: saver, middleware });
  return { pausedBefore, gate, runner: createRunner(gate, agent, { name: "payments", context: () => ({ durability }) }) };
}

describe("under a runner", () => {
  test.each(["async", "sync"] as const)(
    "durability %s: what is asked is recorded behind the pause, in the write that ends the run",
    async (how) => {
      const { runner, gate, pausedBefore } = driven(how);
      const outcome = await runner.start("t", paying([5_000, "x"], [6_000, "y"], [5, "z"]));
      expect(pausedBefore).toEqual([false, true]);
      expect(outcome).toMatchObject({ status: "suspended", pending: [{ args: { to: "x" } }, { args: { to: "y" } }] });
      for (const { id } of outcome.status === "suspended" ? outcome.pending : [])
        await gate.decide((await gate.get(id)) as ApprovalRequest, approve(), { by: { id: "alice" } });
      expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x | paid 6000 to y | paid 5 to z" });
    },
  );
});

/** A store that looks, at every request it is given, whether the message that proposes it can be read back. */
function watching(saver: SlowSaver): { readonly store: ReturnType<typeof memoryStore>; readonly readBack: boolean[] } {
  const store = memoryStore();
  const readBack: boolean[] = [];
  const commit = store.commit.bind(store);
  store.commit = async (batch) => {
    if (batch.changes.some((change) => change.op === "put" && change.kind === "request")) {
      const tuple = await saver.getTuple({ configurable: { thread_id: "t" } });
      readBack.push(JSON.stringify(tuple?.checkpoint.channel_values).includes("tool_calls"));
    }
    return commit(batch);
  };
  return { store, readBack };
}

describe("a request is recorded only behind the message that proposes it", () => {
  test("a kill right after our commit, on a slow checkpointer in the background, leaves a thread that goes on", async () => {
    const place = newPlace();
    const input = JSON.stringify([["send_payment", { amount: 4_200, recipient: "Acme" }]]);
    expect(await inProcess({ place, do: "invoke", thread, input }, fileURLToPath(script))).toEqual({ signal: "SIGKILL" });

    const world = openWorld(place);
    const [request, ...others] = (await world.gate.list({ status: "pending" })).items;
    expect([request?.args, others]).toEqual([{ amount: 4_200, recipient: "Acme" }, []]);
    await world.close();
    await inProcess({ place, do: "decide", request: String(request?.id), decision: "approve" });
    const answer = await inProcess({ place, do: "invoke", thread });
    expect(answer.value.messages.at(-1).kwargs.content).toBe("paid 4200 to Acme");
    expect(effectsAt(place)).toHaveLength(1);
    expect(modelRequestsAt(place)).toBe(2);
  });

  test.each(["async", "sync"] as const)("durability %s: the message can be read back when the request can", async (durability) => {
    const saver = new SlowSaver(":memory:", 30);
    const { store, readBack } = watching(saver);
    const { pay, gate } = openDesk();
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [pay],
      checkpointer: saver,
      middleware: [approvalMiddleware(createGate({ policy: gate.policy, store, warn: () => {} }))],
    });
    await agent.invoke({ messages: paying([5_000, "x"]) }, { configurable: { thread_id: "t" }, durability });
    expect(readBack).toEqual([true]);
  });

  test("a call that is recorded as decided runs only when the message that proposes it can be read back", async () => {
    const saver = new SlowSaver(":memory:", 30);
    const { pay, effects } = openDesk();
    const policy = definePolicy({ tools: { pay: { history: true, ask: ({ history }) => history.count() > 0 } } });
    const readBack: boolean[] = [];
    const watched = tool(
      async (args: object, config) => {
        const tuple = await saver.getTuple({ configurable: { thread_id: "t" } });
        readBack.push(JSON.stringify(tuple?.checkpoint.channel_values ?? {}).includes("tool_calls"));
        return (await pay.invoke(args as never, config)) as string;
      },
      { name: "pay", description: pay.description, schema: pay.schema },
    );
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [watched],
      checkpointer: saver,
      middleware: [approvalMiddleware(createGate({ policy, store: memoryStore(), warn: () => {} }))],
    });
    await agent.invoke({ messages: paying([5_000, "x"]) }, { configurable: { thread_id: "t" }, durability: "async" });
    expect([effects.length, readBack]).toEqual([1, [true]]);
  });

  test("also for a call that was led around the pause", async () => {
    const saver = new SlowSaver(":memory:", 30);
    const { store, readBack } = watching(saver);
    const { pay, gate } = openDesk();
    const proposal = new AIMessage({
      content: "",
      tool_calls: [{ name: "pay", args: { amount: 5_000, to: "x" }, id: "call_0", type: "tool_call" }],
    });
    const bypass = createMiddleware({
      name: "Bypass",
      beforeModel: { canJumpTo: ["tools"], hook: () => ({ messages: [proposal], jumpTo: "tools" }) },
    });
    const own = createGate({ policy: gate.policy, store, warn: () => {} });
    const middleware = [bypass, approvalMiddleware(own)];
    const agent = createAgent({ model: new ScriptedModel(obedient), tools: [pay], checkpointer: saver, middleware });
    expect(await agent.invoke({ messages: "go" }, { configurable: { thread_id: "t" } })).toHaveProperty("__interrupt__.length", 1);
    expect(readBack).toEqual([true]);
  });

  test("also for an agent inside a graph, down to the agent's own checkpoint", async () => {
    const saver = new SlowSaver(":memory:", 30);
    const desk = openDesk();
    const agent = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("payer", agent.graph)
      .addEdge(START, "payer")
      .addEdge("payer", END)
      .compile({ checkpointer: saver });
    await graph.invoke({ messages: paying([5_000, "x"]) }, { configurable: { thread_id: "t" } });
    const namespaces = new Set<string>();
    for await (const { config } of saver.list({ configurable: { thread_id: "t" } }))
      namespaces.add(String(config.configurable?.["checkpoint_ns"]).split(":")[0] ?? "");
    expect([...namespaces].toSorted()).toEqual(["", "payer"]);
    await desk.approve("x");
    await graph.invoke(null, { configurable: { thread_id: "t" } });
    expect(desk.effects).toHaveLength(1);
  });

  test("the checkpointer can be found from inside a node: LangGraph keeps it where its own interrupt() looks", async () => {
    const saver = new MemorySaver();
    const found: unknown[] = [];
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("look", (_state, config) => {
        found.push(config.configurable?.["__pregel_checkpointer"], config.configurable?.["checkpoint_map"], config.control);
        return {};
      })
      .addEdge(START, "look")
      .addEdge("look", END)
      .compile({ checkpointer: saver });
    await graph.invoke({ messages: [] }, { configurable: { thread_id: "t" } });
    expect(found[0]).toBe(saver);
    expect(found[1]).toEqual({ "": expect.any(String) });
    expect(found[2]).toBeDefined();
  });

  test("checkpointDuring: false is durability exit by its old name", async () => {
    const { agent } = openAgent(openDesk());
    const old = { configurable: { thread_id: "t" }, checkpointDuring: false };
    await expect(agent.invoke({ messages: paying([5, "x"]) }, old as never)).rejects.toSatisfy((thrown) =>
      isCountersignError(thrown, "SETUP"),
    );
  });
});
