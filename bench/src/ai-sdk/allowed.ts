import { gateTools } from "@countersign/ai-sdk";
import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { ToolLoopAgent, type ToolSet } from "ai";
import type { Conversations } from "../conversations.ts";
import { policy } from "../stores/policy.ts";
import { instantModel, instantTool } from "./model.ts";

/** An agent that makes so many allowed calls in one turn, with its tools gated and as they are. */
export function withTools(calls: number): Conversations {
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const conversing = (tools: ToolSet) => {
    const agent = new ToolLoopAgent({ model: instantModel("read", calls), tools });
    return () => agent.generate({ prompt: "Pay Acme Corp" });
  };
  return { gated: conversing(gateTools(gate, { read: instantTool }, { threadId: "bench" })), plain: conversing({ read: instantTool }) };
}
