import { createGate, type AgentRunner } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { Command, type BaseCheckpointSaver } from "@langchain/langgraph";
import { createAgent, humanInTheLoopMiddleware, type AgentMiddleware } from "langchain";
import { timed } from "../measure.ts";
import type { Address } from "../stores/address.ts";
import { countersignedBy, demand, nextThread, NOTHING, type RoundTrip, type Trips } from "../trip.ts";
import { policy } from "../stores/policy.ts";
import { InstantModel, instantTool } from "./model.ts";
import { saverBeside, writesDuring } from "./savers.ts";

const TOOL = "pay";

function agentWith(checkpointer: BaseCheckpointSaver, middleware: AgentMiddleware) {
  return createAgent({ model: new InstantModel(TOOL, 1), tools: [instantTool(TOOL)], checkpointer, middleware: [middleware] });
}

/** A checkpointer for each side, as durable as a store there. */
export async function trips(address: Address | undefined): Promise<Trips> {
  const [ours, theirs] = [await saverBeside(address), await saverBeside(address)];
  const own = native(theirs.saver);
  return {
    countersigned: (store) => countersigned(store, ours.saver),
    native: own,
    async writes(store) {
      const under = await writesDuring(ours, countersigned(store, ours.saver));
      return `writes of LangGraph's own: ${under} under Countersign, ${await writesDuring(theirs, own)} without`;
    },
    async [Symbol.asyncDispose]() {
      await ours.close();
      await theirs.close();
    },
  };
}

/** Countersign, as middleware of the agent. */
function countersigned(store: StorePort, checkpointer: BaseCheckpointSaver): () => Promise<RoundTrip> {
  const gate = createGate({ policy, store, warn: () => {} });
  return countersignedBy(gate, createRunner(gate, agentWith(checkpointer, approvalMiddleware(gate)), { name: "bench" }) as AgentRunner);
}

/** LangChain's own: an interrupt, answered by a Command. Nothing is decided in between. */
function native(checkpointer: BaseCheckpointSaver): () => Promise<RoundTrip> {
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
    return { pause, decide: NOTHING, resume };
  };
}
