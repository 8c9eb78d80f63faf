import { createGate } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { sqliteStore } from "@countersign/sqlite";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { createAgent, HumanMessage } from "langchain";
import type { Order } from "./process.ts";
import { obedient, ScriptedModel } from "./scripted-model.ts";
import { die, policyOf, toolsOf } from "./world.ts";

/** How many checkpoints are written before this process dies at the next one, and what the runner is given. */
export interface Early {
  readonly checkpoints: number;
  readonly input: "text" | "messages" | "sums";
}

/** Lets a few checkpoints pass. */
class DeadlySaver extends SqliteSaver {
  left = Infinity;

  override async put(...args: Parameters<SqliteSaver["put"]>): ReturnType<SqliteSaver["put"]> {
    if (this.left-- <= 0) die();
    return super.put(...args);
  }
}

const Sums = Annotation.Root({ sum: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }) });

/** A runner over this place's files, in whatever process; the input is what `Early` says. */
export function openEarly({ place, early, text }: { readonly place: Order["place"]; readonly early: Early; readonly text: string }) {
  const store = sqliteStore(place.store);
  const saver = new DeadlySaver(SqliteSaver.fromConnString(place.checkpoints).db);
  // Long enough for processes that have just begun, several at a time, on a busy machine.
  const timings = { lease: 4_000, backoffMin: 10 };
  const gate = createGate({ policy: policyOf({}), store, timings, warn: () => {} });
  const close = async (): Promise<void> => {
    await store.close();
    saver.db.close();
  };
  if (early.input === "sums") {
    const graph = new StateGraph(Sums)
      .addNode("double", ({ sum }) => ({ sum }))
      .addEdge(START, "double")
      .addEdge("double", END)
      .compile({ checkpointer: saver });
    const runner = createRunner(gate, graph, { name: "sums" });
    return { gate, runner, saver, close, start: () => runner.start("t", { sum: Number(text) }) };
  }
  const agent = createAgent({
    model: new ScriptedModel(obedient, place.requests),
    tools: toolsOf(place, {}),
    checkpointer: saver,
    middleware: [approvalMiddleware(gate)],
  });
  const runner = createRunner(gate, agent, { name: "payments" });
  const input = early.input === "text" ? text : { messages: [new HumanMessage(text)] };
  return { gate, runner, saver, close, start: () => runner.start("t", input) };
}

if (process.argv[1]?.endsWith("dies-in-saver.ts")) {
  const order = JSON.parse(process.argv[2] ?? "") as Parameters<typeof openEarly>[0];
  const { saver, start } = openEarly(order);
  saver.left = order.early.checkpoints;
  await start();
}
