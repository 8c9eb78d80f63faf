import type { ThreadRef } from "@countersign/core";
import { refuseLookalikes, type GateIn } from "@countersign/core/adapter";
import type { ParsedToolCall, StateAccessor, Tool, TurnContext } from "@openrouter/agent";
import { gatedFor } from "./gate-tools.ts";
import { originalsOf } from "./gated.ts";
import { offerOf } from "./offers.ts";
import { newRun, threadOf, type Run } from "./run.ts";
import { DurableState } from "./state/durable-state.ts";
import { predicate } from "./waiting.ts";

/**
 * What one `callModel` needs, to spread. What has to be asked pauses the run as the SDK's own approvals do, with the questions
 * recorded; call the model again once they are answered, with `input: []` or with what the user says next. Until then that is
 * THREAD_SUSPENDED, before any model request.
 * @param thread.requireApproval your own predicate for all calls, and each tool's own: both can only add a signature
 * @param thread.state your own accessor, if you keep the conversation. Default: the gate's store keeps it
 * @throws SETUP for two tools of one name
 * @throws (from `callModel`) THREAD_SUSPENDED, THREAD_BUSY, NOT_APPROVED if a reviewer stopped the run, EXECUTION_UNKNOWN, FROZEN
 * @example client.callModel({ model: "openai/gpt-5.2", input: "Pay Acme", ...gateCall(gate, [sendPayment], { threadId: "pay-001" }) })
 */
export function gateCall<const T extends readonly Tool[], C>(
  gate: GateIn<C>,
  tools: T,
  thread: ThreadRef<C> & {
    readonly requireApproval?: (call: ParsedToolCall<T[number]>, context: TurnContext) => boolean | Promise<boolean>;
    readonly state?: StateAccessor<T>;
  },
): {
  readonly tools: T;
  readonly requireApproval: (call: ParsedToolCall<T[number]>, context: TurnContext) => Promise<boolean>;
  readonly state: StateAccessor<T>;
} {
  const { requireApproval, state: own, ...ref } = thread;
  refuseLookalikes(offerOf(gate, tools));
  const kept = originalsOf(tools);
  const open = (): Run =>
    newRun({
      gate,
      thread: threadOf(gate, ref as ThreadRef),
      tools: kept,
      asksItself: requireApproval,
      keep: (saved) => state.keep(saved),
    });
  const state = new DurableState(open, own);
  // Without this state nothing is known of the conversation: then only what the policy lets pass runs.
  const unseen = open();
  const current = (): Run => state.run ?? unseen;
  return {
    tools: gatedFor(gate, kept, current) as unknown as T,
    requireApproval: (call, context) => predicate(current())(call, context),
    state,
  };
}
