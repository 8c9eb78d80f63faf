import { approve, createGate, type AgentRunner } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { Command, type BaseCheckpointSaver } from "@langchain/langgraph";
import { createAgent, humanInTheLoopMiddleware, type AgentMiddleware } from "langchain";
import { timed } from "../measure.ts";
import { fiona, policy } from "../stores/policy.ts";
import { InstantModel, instantTool } from "./model.ts";

/** How long each part of a round trip took, in ms. */
export interface RoundTrip {
  readonly pause: number;
  readonly decide: number;
  readonly resume: number;
}

const TOOL = "pay";
let threads = 0;
const nextThread = (): string => `bench-trip-${process.pid}-${++threads}`;

function agentWith(checkpointer: BaseCheckpointSaver, middleware: AgentMiddleware) {
  return createAgent({ model: new InstantModel(TOOL, 1), tools: [instantTool(TOOL)], checkpointer, middleware: [middleware] });
}

/** Countersign: suspended by a runner, signed, and gone on with. */
export function countersigned(store: StorePort, checkpointer: BaseCheckpointSaver): () => Promise<RoundTrip> {
  const gate = createGate({ policy, store, warn: () => {} });
  const runner = createRunner(gate, agentWith(checkpointer, approvalMiddleware(gate)), { name: "bench" }) as AgentRunner;
  return async () => {
    const thread = nextThread();
    let request: Parameters<typeof gate.decide>[0] | undefined;
    const pause = await timed(async () => {
      const outcome = await runner.start(thread, "Pay Acme Corp", { requestedBy: "bob" });
      request = outcome.status === "suspended" ? outcome.pending[0] : undefined;
    });
    const decide = await timed(() => request && gate.decide(request, approve(), { by: fiona }));
    const resume = await timed(async () => demand((await runner.resume(thread)).status === "completed"));
    return { pause, decide, resume };
  };
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

function demand(holds: boolean): void {
  if (!holds) throw new Error("the round trip went another way");
}

export const wholeOf = ({ pause, decide, resume }: RoundTrip): number => pause + decide + resume;
