import type { ThreadRef } from "@countersign/core";
import { demand, demandGate, demandOptions, warnUngated, type GateIn } from "@countersign/core/adapter";
import type { CallModelInput, ParsedToolCall, StateAccessor, Tool, TurnContext } from "@openrouter/agent";
import { gatedFor } from "./gate-tools.ts";
import { originalsOf } from "./gated.ts";
import { hooksOf } from "./hooks.ts";
import { named } from "./kinds.ts";
import { offerOf, refuseUngatable, REMEDY } from "./offers.ts";
import { newRun, threadOf, type Run } from "./run.ts";
import { DurableState } from "./state/durable-state.ts";
import { asks, isRecord, predicate } from "./waiting.ts";

type Hooks = NonNullable<CallModelInput["hooks"]>;

/**
 * What one `callModel` needs, to spread. What has to be asked pauses the run as the SDK's own approvals do, with the questions
 * recorded; call the model again once they are answered, with `input: []` or with what the user says next. Until then that is
 * THREAD_SUSPENDED, before any model request.
 * @param thread.requireApproval your own predicate for all calls, and each tool's own: both can only add a signature
 * @param thread.state your own accessor, if you keep the conversation. Default: the gate's store keeps it
 * @param thread.hooks the SDK's hooks, here so that signed calls pass them as well: these run before the SDK does
 * @param thread.ungated tools that are meant to run without the gate, by name. Of all others that it can't guard the gate warns
 * @throws SETUP for two tools of one name, for tools of another gate, and for an option that there isn't
 * @throws (from `callModel`) THREAD_SUSPENDED, THREAD_BUSY, NOT_APPROVED if a reviewer stopped the run, EXECUTION_UNKNOWN, FROZEN
 * @example client.callModel({ model: "openai/gpt-5.2", input: "Pay Acme", ...gateCall(gate, [sendPayment], { threadId: "pay-001" }) })
 */
export function gateCall<const T extends readonly Tool[], C>(
  gate: GateIn<C>,
  tools: T,
  thread: ThreadRef<C> & {
    readonly requireApproval?: (call: ParsedToolCall<T[number]>, context: TurnContext) => boolean | Promise<boolean>;
    readonly state?: StateAccessor<T>;
    readonly hooks?: Hooks;
    readonly ungated?: readonly string[];
  },
): {
  readonly tools: T;
  readonly requireApproval: (call: ParsedToolCall<T[number]>, context: TurnContext) => Promise<boolean>;
  readonly state: StateAccessor<T>;
  readonly hooks?: Hooks;
} {
  demandGate(gate);
  const call = "gateCall(gate, tools, { threadId })";
  demand(isRecord(thread) && typeof thread.threadId === "string", thread, "the thread", call);
  demandOptions(thread, ["threadId", "requestedBy", "context", "requireApproval", "state", "hooks", "ungated"], call);
  const { requireApproval, state: own, hooks, ungated, ...ref } = thread;
  refuseUngatable(gate, tools);
  warnUngated({ gate, ungated, remedy: REMEDY }, offerOf(gate, tools).tools);
  const kept = originalsOf(tools);
  const open = (): Run =>
    newRun({
      gate,
      thread: threadOf(gate, ref as ThreadRef),
      tools: kept,
      asksItself: requireApproval,
      hooks: hooksOf(hooks),
      keep: (saved) => state.keep(saved),
    });
  const state = new DurableState(open, own);
  // Without this state nothing is known of the conversation: then only what the policy lets pass runs.
  const unseen = open();
  const current = (): Run => state.run ?? unseen;
  return {
    tools: gatedFor(gate, kept, current) as unknown as T,
    requireApproval: async (call, context) => {
      const run = current();
      if (named(kept, call.name)) return predicate(run)(call, context);
      if (ungated?.includes(call.name) || (await passes(run, call, context))) return false;
      // Whoever has this tool, it isn't gated. Nobody may have it: then the model is told so when the run goes on.
      warnUngated({ gate, remedy: STRANGE }, [{ name: call.name, gate: undefined }]);
      return true;
    },
    state,
    ...(hooks && { hooks }),
  };
}
const STRANGE = "The model called it, and gateCall was not given this tool, so the call does not run. Pass all tools to gateCall.";

/** Neither the policy nor the application asks about a call of a tool that isn't known here. */
async function passes({ thread, asksItself }: Run, call: ParsedToolCall<Tool>, context: TurnContext): Promise<boolean> {
  const args: unknown = call.arguments;
  if (!isRecord(args)) return false;
  const proposed = { callId: call.id, turnId: crypto.randomUUID(), tool: call.name, args };
  if (!thread.decidedByPolicy(proposed) || (asksItself && (await asks(() => asksItself(call, context))))) return false;
  return (await thread.preview(proposed, { fresh: true })).status === "runs";
}
