import type { Gate } from "@countersign/core";
import { savedRun } from "@countersign/core/adapter";
import { RunState, type Agent } from "@openai/agents";

/** The paused run of a thread, as an application with its own loop would hold it. Undefined: it isn't paused. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
export async function savedState(gate: Gate, agent: Agent<any, any>, threadId: string): Promise<RunState<any, any> | undefined> {
  const { continuation } = await savedRun(gate, threadId);
  const { state } = (continuation?.data ?? {}) as { readonly state?: string };
  return state === undefined ? undefined : RunState.fromString(agent, state);
}
