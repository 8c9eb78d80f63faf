import { CountersignError, type ApprovalRequest, type Gate, type ThreadRef } from "@countersign/core";
import { demand, demandGate, demandThread } from "@countersign/core/adapter";
import { RunState } from "@openai/agents";
import { keyOf, scopeOfState, witness } from "./run.ts";
import { freeze, refuseUnverified } from "./saved.ts";
import { pauseOf, permit, stopperOf, waitingIn } from "./waiting.ts";

/**
 * Your own loop: answers the restored state's interruptions from the store; then `run(agent, state)`. What isn't recorded
 * yet is asked now. You keep the state: save it before you wait for anybody.
 * @throws SETUP for a call of a tool that isn't gated, STATE_INCOMPATIBLE for one of a tool that is gone, NOT_APPROVED if a
 * reviewer stopped the run, the SDK's UserError for a state of an older version that it doesn't resume, and what `suspend` throws
 */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
export async function applyDecisions<S extends RunState<any, any>>(
  gate: Gate,
  state: S,
  thread: ThreadRef,
): Promise<{ readonly status: "ready"; readonly state: S } | { readonly status: "pending"; readonly pending: readonly ApprovalRequest[] }> {
  demandGate(gate);
  demand(state instanceof RunState, state, "the state of a run", "applyDecisions(gate, result.state, { threadId })");
  demandThread(thread ?? null, "applyDecisions(gate, result.state, { threadId })");
  refuseUnverified(state);
  const { run } = scopeOfState(gate, thread, state._context);
  const pause = pauseOf(gate, state, freeze(state, { ephemeral: true }).json);
  for (const each of pause.asked) if (each) run.stopped.add(keyOf(each.path, each.call.callId));
  const waiting = await waitingIn(run, state, pause, false);
  if (waiting.length > 0) {
    const calls = waiting.map(({ call }) => call);
    await run.thread.suspend(calls, null);
    if (await run.thread.review(calls)) {
      await run.thread.release("suspended");
      return { status: "pending", pending: await run.thread.pending(calls) };
    }
  }
  const stopper = await stopperOf(run, pause);
  if (stopper) throw new CountersignError("NOT_APPROVED", { request: stopper }, { note: "Its reviewer stopped the run." });
  await permit(run, state, pause);
  witness(run);
  return { status: "ready", state };
}
