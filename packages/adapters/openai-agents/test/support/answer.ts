import type { Decision } from "@countersign/core";
import type { RunState } from "@openai/agents";

/** What the SDK's own buttons do. It has no edit. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
export function answer(state: RunState<any, any>, callId: string, decision: Decision): void {
  const item = state.getInterruptions().find(({ rawItem }) => (rawItem as { callId?: string }).callId === callId);
  if (!item) return;
  if (decision.type === "reject") state.reject(item, decision.message === undefined ? {} : { message: decision.message });
  else state.approve(item);
}
