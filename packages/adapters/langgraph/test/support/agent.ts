import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import type { ClientTool } from "@langchain/core/tools";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, type AgentMiddleware } from "langchain";
import type { Desk } from "./desk.ts";
import { obedient, ScriptedModel } from "./scripted-model.ts";

interface Shape {
  /** Middleware further out than the gate's. */
  readonly before?: readonly AgentMiddleware[];
  /** Middleware between the gate's and the tools. */
  readonly after?: readonly AgentMiddleware[];
  /** Default: the desk's tool that pays. */
  readonly tools?: readonly ClientTool[];
  readonly gateOptions?: Parameters<typeof approvalMiddleware>[1];
}

/** An obedient agent that pays, under the desk's gate. */
export function openAgent(desk: Desk, { before = [], after = [], tools = [desk.pay], gateOptions }: Shape = {}) {
  const model = new ScriptedModel(obedient);
  const middleware: AgentMiddleware[] = [...before, approvalMiddleware(desk.gate, gateOptions), ...after];
  const agent = createAgent({ model, tools: [...tools], checkpointer: new MemorySaver(), middleware });
  return { agent, model };
}

/** The same, driven by a runner. */
export function openRunner(desk: Desk, shape: Shape = {}) {
  const { agent, model } = openAgent(desk, shape);
  return { model, agent, runner: createRunner(desk.gate, agent, { name: "payments" }) };
}
