import { NOT_RUN, stopsRun } from "@countersign/core/adapter";
import type { ToolMessage } from "@langchain/core/messages";
import { GraphDrained } from "@langchain/langgraph";
import { isRoot, type Surroundings } from "./checkpoints/surroundings.ts";
import type { Run } from "./run.ts";
import { answerToOpenCall, refusalMessage } from "./told.ts";
import { proposedCall, type Turn } from "./turn.ts";

/** Marks a run that a reviewer ended; LangGraph's GraphDrained carries it. */
export const STOPPED = "countersign: a reviewer rejected a call and stopped the run";

/**
 * Did a reviewer end the run with one of these calls? Then nothing of the turn runs, and every call gets its answer, so
 * that the conversation can go on some other time. Undefined: nobody did.
 * @throws GraphDrained inside another graph, without a runner
 */
export async function stopOf(
  run: Run,
  surroundings: Surroundings,
  { turnId, open, message }: Turn,
): Promise<readonly ToolMessage[] | undefined> {
  // Nothing can have been recorded about a turn of this very run.
  if (run.produced.has(message)) return undefined;
  const requests = await Promise.all(open.map((call) => run.thread.recorded(proposedCall(turnId, call))));
  if (!requests.some((request) => request && stopsRun(request))) return undefined;
  run.stopped = true;
  if (!isRoot(surroundings)) endAround(run, surroundings);
  // Nothing of the turn has run: the graph was stopped before its tools.
  return Promise.all(
    open.map(async (call, index) => (requests[index] ? answerToOpenCall(run, turnId, call) : refusalMessage(call, NOT_RUN))),
  );
}

/**
 * Ends the run from inside a tool: LangGraph stops before its next step, and the answers of this one are kept. An agent that a
 * tool runs has a control of its own, which doesn't end the graph around it.
 */
export function endRun(run: Run, { config }: Surroundings): void {
  run.stopped = true;
  for (const control of [run.control, config.control]) control?.requestDrain(STOPPED);
}

/**
 * The end of a nested agent alone would let the graphs around it go on.
 * @throws GraphDrained without a runner: then the control of the graph around a tool is out of reach
 */
function endAround(run: Run, surroundings: Surroundings): void {
  endRun(run, surroundings);
  if (!run.driven) throw new GraphDrained(STOPPED);
}
