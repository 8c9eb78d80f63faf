import { isCountersignError, type ApprovalRequest } from "@countersign/core";
import { BEGUN, isHalfRun, isUnexecuted } from "@countersign/core/adapter";
import type { ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { refusalMessage } from "./answer.ts";
import { guard, toldOutput, type Guarded } from "./guard.ts";
import type { Invocation } from "./invocation.ts";
import { proposedCall } from "./turn.ts";

/** How a call stands, found out without running it. */
export type Standing = Guarded | { readonly status: "not run"; readonly request: ApprovalRequest | undefined };

class NotNow extends Error {
  readonly is_bubble_up = true;
}

/**
 * What is recorded of a call. An approved one is not touched: taking its claim, even to give it back, would count as an
 * attempt.
 */
export async function standingOf(invocation: Invocation, turnId: string, from: ToolCall): Promise<Standing> {
  const call = proposedCall(turnId, from);
  const request = await invocation.thread.recorded(call);
  if (!request || isUnexecuted(request)) return { status: "not run", request };
  if (isHalfRun(request)) return { status: "failed", error: new Error(BEGUN) };
  try {
    return await guard(invocation, { call, fresh: false, from }, () => {
      throw new NotNow("looked at, not run");
    });
  } catch (error) {
    if (error instanceof NotNow) return { status: "not run", request: undefined };
    throw error;
  }
}

/** Answers a call from its standing; `otherwise` is said of one that never ran. */
export function answerFrom(standing: Standing, from: ToolCall, otherwise: string): ToolMessage | undefined {
  switch (standing.status) {
    case "ran": {
      const output = toldOutput(standing, from);
      return "tool_call_id" in output ? output : undefined;
    }
    case "refused":
      return standing.message;
    case "failed":
      return refusalMessage(from, standing.error instanceof Error ? standing.error.message : String(standing.error));
    case "pending":
    case "not run":
      return refusalMessage(from, otherwise);
  }
}

export function isUnknown(error: unknown): boolean {
  return isCountersignError(error, "EXECUTION_UNKNOWN");
}
