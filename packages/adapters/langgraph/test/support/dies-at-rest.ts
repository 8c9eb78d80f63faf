import { createGate, definePolicy } from "@countersign/core";
import { approvalMiddleware, createRunner, gateTools } from "@countersign/langgraph";
import { sqliteStore } from "@countersign/sqlite";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { createAgent, tool, type AgentMiddleware } from "langchain";
import { z } from "zod";
import { obedient, ScriptedModel, type Script } from "./scripted-model.ts";
import { SlowSaver } from "./slow-saver.ts";
import { die, toolsOf, type Place } from "./world.ts";

/** A runner of a graph of this shape that pauses, and the moment in which its process dies. */
export interface Resting {
  readonly place: Place;
  readonly shape: "agent" | "react agent" | "nested agent" | "agents side by side" | "agent in a signed tool";
  readonly durability: "sync" | "async";
  /** Dies before this is on disk. */
  readonly before: "the checkpoint of the pause" | "the questions";
  readonly do: "start" | "resume";
  readonly input: string;
}

/** Latency of the checkpointer, in ms. */
const SLOW = 40;

/** Long enough for processes that have just begun, several at a time, on a busy machine. */
const LEASE = 4_000;

class Saver extends SlowSaver {
  onPause = (): void => {};

  override async putWrites(...args: Parameters<SlowSaver["putWrites"]>): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SLOW));
    if (args[1].some(([channel]) => channel === "__interrupt__")) this.onPause();
    return super.putWrites(...args);
  }
}

const always = (...calls: ReturnType<Script>[]): Script => {
  const [call] = calls;
  return (messages) => (messages.at(-1)?.type === "tool" ? String(messages.at(-1)?.text) : (call ?? ""));
};

/** The graph over this place's files, in whatever process. */
export function openResting({ place, shape, durability }: Omit<Resting, "before" | "do" | "input">) {
  const store = sqliteStore(place.store);
  const checkpointer = new Saver(place.checkpoints, SLOW);
  const policy = definePolicy({ default: "ask" });
  const gate = createGate({ policy, store, timings: { lease: LEASE, backoffMin: 10 }, warn: () => {} });
  const tools = toolsOf(place, {});
  const middleware = [approvalMiddleware(gate)] as AgentMiddleware[];
  const modelOf = (script: Script): ScriptedModel => new ScriptedModel(script, place.requests);
  const payer = (script: Script) => createAgent({ model: modelOf(script), tools, middleware });
  const beside = (...agents: ReturnType<typeof payer>[]) => {
    const graph = new StateGraph(MessagesAnnotation) as StateGraph<unknown, never, never, string>;
    for (const [index, agent] of agents.entries()) graph.addNode(`payer${index}`, agent.graph as never).addEdge(START, `payer${index}`).addEdge(`payer${index}`, END); // prettier-ignore
    return graph.compile({ checkpointer });
  };
  const delegate = (inner: ReturnType<typeof payer>) =>
    tool(
      async ({ task }: { task: string }) => {
        const { messages } = await inner.invoke({ messages: task });
        return messages.at(-1)?.text ?? "";
      },
      { name: "delegate", description: "Has it paid", schema: z.object({ task: z.string() }) },
    );
  const to = (recipient: string): Script => always([{ name: "send_payment", args: { amount: 4_200, recipient } }]);
  const graphs = {
    agent: () => createAgent({ model: modelOf(obedient), tools, middleware, checkpointer }),
    // oxlint-disable-next-line typescript/no-deprecated -- whoever still has one wants it gated
    "react agent": () => createReactAgent({ llm: modelOf(obedient), tools: gateTools(gate, tools), checkpointer }),
    "nested agent": () => beside(payer(obedient)),
    "agents side by side": () => beside(payer(to("left")), payer(to("right"))),
    "agent in a signed tool": () => createAgent({ model: modelOf(obedient), tools: [delegate(payer(obedient))], middleware, checkpointer }),
  };
  const graph = graphs[shape]();
  const runner = createRunner(gate, graph as ReturnType<(typeof graphs)["agent"]>, { name: "payments", context: () => ({ durability }) });
  const close = async (): Promise<void> => {
    await store.close();
    checkpointer.db.close();
  };
  return { gate, store, checkpointer, graph, runner, close };
}

if (process.argv[1]?.endsWith("dies-at-rest.ts")) {
  const order = JSON.parse(process.argv[2] ?? "") as Resting;
  const { store, checkpointer, runner } = openResting(order);
  const commit = store.commit.bind(store);
  store.commit = async (batch) => {
    const asks = batch.changes.some((change) => change.op === "put" && change.kind === "request" && change.expects === 0);
    if (asks && order.before === "the questions") die();
    return commit(batch);
  };
  if (order.before === "the checkpoint of the pause") checkpointer.onPause = die;
  await (order.do === "start" ? runner.start("t", order.input) : runner.resume("t"));
}
