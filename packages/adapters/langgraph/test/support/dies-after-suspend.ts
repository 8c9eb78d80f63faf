import { createGate } from "@countersign/core";
import { approvalMiddleware } from "@countersign/langgraph";
import { sqliteStore } from "@countersign/sqlite";
import { createAgent } from "langchain";
import type { Order } from "./process.ts";
import { obedient, ScriptedModel } from "./scripted-model.ts";
import { SlowSaver } from "./slow-saver.ts";
import { die, policyOf, toolsOf } from "./world.ts";

/** Invokes an agent natively, and dies the moment that its request is on the disk. */
const order = JSON.parse(process.argv[2] ?? "") as Extract<Order, { do: "invoke" }>;
const store = sqliteStore(order.place.store);
const commit = store.commit.bind(store);
store.commit = async (batch) => {
  const committed = await commit(batch);
  if (batch.changes.some(({ op, kind }: { op: string; kind?: string }) => op === "put" && kind === "request")) die();
  return committed;
};
const agent = createAgent({
  model: new ScriptedModel(obedient, order.place.requests),
  tools: toolsOf(order.place, {}),
  checkpointer: new SlowSaver(order.place.checkpoints, 150),
  middleware: [approvalMiddleware(createGate({ policy: policyOf({}), store }))],
});
await agent.invoke({ messages: order.input ?? "" }, { configurable: { thread_id: order.thread } });
