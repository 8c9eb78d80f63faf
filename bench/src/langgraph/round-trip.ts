import { createGate, type AgentRunner } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { Command, type BaseCheckpointSaver } from "@langchain/langgraph";
import { createAgent, humanInTheLoopMiddleware, type AgentMiddleware } from "langchain";
import { timed } from "../measure.ts";
import { countersignedBy, demand, nextThread, type RoundTrip } from "../trip.ts";
import { policy } from "../stores/policy.ts";
import { InstantModel, instantTool } from "./model.ts";

const TOOL = "pay";

function agentWith(checkpointer: BaseCheckpointSaver, middleware: AgentMiddleware) {
  return createAgent({ model: new InstantModel(TOOL, 1), tools: [instantTool(TOOL)], checkpointer, middleware: [middleware] });
}

/** Countersign, as middleware of the agent. */
export function countersigned(store: StorePort, checkpointer: BaseCheckpointSaver): () => Promise<RoundTrip> {
  const gate = createGate({ policy, store, warn: () => {} });
  return countersignedBy(gate, createRunner(gate, agentWith(checkpointer, approvalMiddleware(gate)), { name: "bench" }) as AgentRunner);
}

/** LangChain's own: an interrupt, answered by a Command. Nothing is decided in between. */
export function native(checkpointer: BaseCheckpointSaver): () => Promise<RoundTrip> {
  // Its declared types don't fit createAgent's own under exactOptionalPropertyTypes.
  const approvals = humanInTheLoopMiddleware({ interruptOn: { [TOOL]: true } } as never) as unknown as AgentMiddleware;
  const agent = agentWith(checkpointer, approvals);
  return async () => {
    const config = { configurable: { thread_id: nextThread() }, durability: "sync" as const };
    const pause = await timed(async () => {
      const paused: unknown = await agent.invoke({ messages: [{ role: "user", content: "Pay Acme Corp" }] }, config);
      demand(typeof paused === "object" && paused !== null && "__interrupt__" in paused);
    });
    const resume = await timed(() => agent.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }) as never, config));
    return { pause, decide: 0, resume };
  };
}
