import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, type AgentMiddleware } from "langchain";
import type { Desk } from "./desk.ts";
import { obedient, ScriptedModel } from "./scripted-model.ts";

/** An obedient agent that pays, under the desk's gate. `before`: middleware further out than the gate's. */
export function openAgent(
  desk: Desk,
  { before = [], gateOptions }: { before?: AgentMiddleware[]; gateOptions?: Parameters<typeof approvalMiddleware>[1] } = {},
) {
  const model = new ScriptedModel(obedient);
  const middleware: AgentMiddleware[] = [...before, approvalMiddleware(desk.gate, gateOptions)];
  const agent = createAgent({ model, tools: [desk.pay], checkpointer: new MemorySaver(), middleware });
  return { agent, model };
}

/** The same, driven by a runner. */
export function openRunner(desk: Desk, { before = [] }: { before?: AgentMiddleware[] } = {}) {
  const { agent, model } = openAgent(desk, { before });
  return { model, agent, runner: createRunner(desk.gate, agent, { name: "payments" }) };
}
