import type { ApprovalRequest } from "@countersign/core";
import type { ToolMessage } from "@langchain/core/messages";
import { refusalMessage } from "./answer.ts";
import type { Invocation } from "./invocation.ts";
import { answerFrom, standingOf } from "./standing.ts";
import type { Surroundings } from "./surroundings.ts";
import { proposedCall, type Turn } from "./turn.ts";

/** Marks a run that a reviewer ended; LangGraph's GraphDrained carries it. */
export const STOPPED = "countersign: a reviewer rejected a call and stopped the run";

const NOT_RUN = "A reviewer stopped the run. This call did not run.";

/**
 * Did a reviewer end the run with one of these calls? Then nothing of the turn runs, and every call gets its answer, so
 * that the conversation can go on some other time. Undefined: nobody did.
 */
export async function stopOf(invocation: Invocation, { turnId, open, message }: Turn): Promise<readonly ToolMessage[] | undefined> {
  // Nothing can have been recorded about a turn of this very run.
  if (invocation.produced.has(message)) return undefined;
  const requests = await Promise.all(open.map((call) => invocation.thread.recorded(proposedCall(turnId, call))));
  if (!requests.some(isStopped)) return undefined;
  const standings = await Promise.all(open.map((call) => standingOf(invocation, turnId, call)));
  if (!standings.some((standing) => standing.status === "refused" && standing.then === "stop")) return undefined;
  invocation.stopped = true;
  return open.map((call, index) => {
    const standing = standings[index];
    return (standing && answerFrom(standing, call, NOT_RUN)) ?? refusalMessage(call, NOT_RUN);
  });
}

function isStopped(request: ApprovalRequest | undefined): boolean {
  return request?.status === "rejected" && request.decisions.some(({ decision }) => decision.type === "reject" && decision.then === "stop");
}

/** Ends the run from inside a tool: LangGraph stops before its next step, and the answers of this one are kept. */
export function endRun(invocation: Invocation, { config }: Surroundings): void {
  invocation.stopped = true;
  config.control?.requestDrain(STOPPED);
}
