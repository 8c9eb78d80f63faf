import { createGate, type AgentRunner } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, Runner, RunState, type FunctionTool } from "@openai/agents";
import { timed } from "../measure.ts";
import { policy } from "../stores/policy.ts";
import type { Kept } from "../stores/kept.ts";
import { countersignedBy, demand, nextThread, NOTHING, type RoundTrip } from "../trip.ts";
import { InstantModel, instantTool } from "./model.ts";

const TOOL = "pay";
const agentWith = (tools: FunctionTool[]) => new Agent({ name: "Bench", model: new InstantModel(TOOL, 1), tools });
const sdk = new Runner({ tracingDisabled: true });

/** Countersign, as the gate of the agent's tools. */
export function countersigned(store: StorePort): () => Promise<RoundTrip> {
  const gate = createGate({ policy, store, warn: () => {} });
  const agent = agentWith(gateTools(gate, [instantTool(TOOL)]));
  return countersignedBy(gate, createRunner(gate, agent, { name: "bench", sdk }) as AgentRunner);
}

/** The SDK's own: the serialized RunState is kept, restored, approved and gone on with. Nothing is decided in between. */
export function native(kept: Kept): () => Promise<RoundTrip> {
  const agent = agentWith([instantTool(TOOL, true)]);
  return async () => {
    const thread = nextThread();
    const pause = await timed(async () => {
      const result = await sdk.run(agent, "Pay Acme Corp");
      demand(result.interruptions.length === 1);
      kept.save(thread, result.state.toString());
    });
    const resume = await timed(async () => {
      const state = await RunState.fromString(agent, kept.load(thread) ?? "");
      for (const item of state.getInterruptions()) state.approve(item);
      const result = await sdk.run(agent, state);
      demand(result.interruptions.length === 0);
      kept.save(thread, JSON.stringify(result.history));
    });
    return { pause, decide: NOTHING, resume };
  };
}
