import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { gateTools } from "@countersign/openrouter";
import type { ClientTool } from "@openrouter/agent";
import type { Conversations } from "../conversations.ts";
import { policy } from "../stores/policy.ts";
import { instantClient, instantTool } from "./model.ts";

/** A call of the model that makes so many allowed calls in one turn, with its tools gated and as they are. */
export function withTools(calls: number): Conversations {
  const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const client = instantClient("read", calls);
  const conversing = (tools: readonly ClientTool[]) => () =>
    client.callModel({ model: "instant", input: "Pay Acme Corp", tools }).getText();
  const read = instantTool("read");
  return { gated: conversing(gateTools(gate, [read], { threadId: "bench" })), plain: conversing([read]) };
}
