import { CountersignError } from "@countersign/core";
import { RunContext, RunState } from "@openai/agents";
import type { AnyAgent } from "../saved.ts";

/**
 * Every agent that a run of this one can reach, those inside tools included. Which agent a tool runs is known to the SDK
 * alone: it looks them all up when it restores a run, and hands the list to the run's context.
 * @throws SETUP if this version of the SDK doesn't
 */
export async function agentsReachedFrom(agent: AnyAgent): Promise<readonly AnyAgent[]> {
  const listener = new Listener();
  const state = new RunState(new RunContext(), "", agent, null).toString();
  await RunState.fromStringWithContext(agent, state, listener).catch((error: unknown) => {
    if (!listener.agents) throw error;
  });
  if (listener.agents) return listener.agents;
  const hint = `This version of @openai/agents hides which agents run inside the tools of ${agent.name}. Use a version that the README of @countersign/openai-agents names.`;
  throw new CountersignError("SETUP", { hint });
}

class Listener extends RunContext {
  agents: readonly AnyAgent[] | undefined;

  _cloneForRunStateDeserialization(): this {
    return this;
  }

  /** What is restored is of no use: it ends here. */
  _validateFunctionApprovalOwners(_approvals: unknown, agents: ReadonlyMap<string, AnyAgent>): never {
    this.agents = [...agents.values()];
    throw new Error("heard");
  }
}
