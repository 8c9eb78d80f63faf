import { createRunner, gateTools } from "@countersign/ai-sdk";
import { createGate, type AgentRunner } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { ToolLoopAgent, type ModelMessage, type ToolApprovalResponse } from "ai";
import { timed } from "../measure.ts";
import { policy } from "../stores/policy.ts";
import type { Kept } from "../stores/kept.ts";
import { countersignedBy, demand, nextThread, NOTHING, type RoundTrip } from "../trip.ts";
import { instantModel, instantTool } from "./model.ts";

/** Countersign, with the agent's tools gated. */
export function countersigned(store: StorePort): () => Promise<RoundTrip> {
  const gate = createGate({ policy, store, warn: () => {} });
  const agent = new ToolLoopAgent({ model: instantModel("pay", 1), tools: gateTools(gate, { pay: instantTool }) });
  return countersignedBy(gate, createRunner(gate, agent, { name: "bench" }) as AgentRunner);
}

/** The SDK's own, as its documentation says: the messages are saved, the answer is pushed behind them. Nothing is decided in between. */
export function native(kept: Kept): () => Promise<RoundTrip> {
  const agent = new ToolLoopAgent({
    model: instantModel("pay", 1),
    tools: { pay: instantTool },
    toolApproval: { pay: "user-approval" },
    experimental_toolApprovalSecret: "a secret that every instance of the server has",
  });
  const generate = async (thread: string, messages: ModelMessage[]) => {
    const result = await agent.generate({ messages });
    kept.save(thread, JSON.stringify([...messages, ...result.responseMessages]));
    return result;
  };
  return async () => {
    const thread = nextThread();
    let content: ToolApprovalResponse[] = [];
    const pause = await timed(async () => {
      const paused = await generate(thread, [{ role: "user", content: "Pay Acme Corp" }]);
      content = paused.content.flatMap((part) => (part.type === "tool-approval-request" ? [{ type: "tool-approval-response", approvalId: part.approvalId, approved: true }] : [])); // prettier-ignore
      demand(content.length === 1);
    });
    const resume = await timed(async () => {
      const done = await generate(thread, [...messagesOf(kept.load(thread)), { role: "tool", content }]);
      demand(done.text === "done");
    });
    return { pause, decide: NOTHING, resume };
  };
}

function messagesOf(text = "[]"): ModelMessage[] {
  return JSON.parse(text) as ModelMessage[];
}
