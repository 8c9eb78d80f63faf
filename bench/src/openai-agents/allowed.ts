import { createGate } from "@countersign/core";
import { gateTools } from "@countersign/openai-agents";
import { memoryStore } from "@countersign/memory";
import { Agent, Runner, type FunctionTool } from "@openai/agents";
import type { Conversations } from "../conversations.ts";
import { policy } from "../stores/policy.ts";
import { InstantModel, instantTool } from "./model.ts";

let threads = 0;

/** An agent that makes so many allowed calls in one turn, with its tools gated and as they are. */
export function withTools(calls: number): Conversations {
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const sdk = new Runner({ tracingDisabled: true });
  const conversing = (tools: FunctionTool[]) => {
    const agent = new Agent({ name: "Bench", model: new InstantModel("read", calls), tools });
    return () => sdk.run(agent, "Pay Acme Corp");
  };
  const thread = () => ({ threadId: `bench-${++threads}` });
  const read = instantTool("read");
  return { gated: conversing(gateTools(gate, [read], thread())), plain: conversing([read]) };
}
