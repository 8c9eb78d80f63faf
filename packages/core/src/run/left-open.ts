import type { ProposedCall } from "../contract/call.ts";
import type { EffectOptions, Execution } from "../contract/execution.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { Thread } from "../contract/thread.ts";
import { isCountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";

/** Allowed calls are not recorded: one may have run, and its process died. */
export const NO_RESULT = "No result of this call is known.";
export const NOT_RUN = "The run ended before this call. It did not run.";
/** Its effect was entered: paused, or to be repeated. */
const BEGUN = "The run ended while this call was under way. It may have run; do not repeat it.";
const UNKNOWN = "It is unknown whether this call ran. A person is looking into it; do not repeat it.";

/** What the model can be told of a call that a run leaves open. */
export type LeftOpen<R = unknown> =
  | Extract<Execution<R>, { status: "ran" }>
  /** Refused, or the run came not so far. */
  | { readonly status: "not run"; readonly message: string }
  /** Or nobody knows. */
  | { readonly status: "failed"; readonly message: string };

/** An idempotent call has become free between the look at it and now: it is left as it is. */
class NotNow extends Error {}

/**
 * What is recorded of a call that a run leaves open: providers refuse a conversation with open calls. Nothing runs.
 * @throws what `execute` throws, but for EXECUTION_UNKNOWN
 */
export async function leftOpen<R = unknown>(
  thread: Thread,
  call: ProposedCall,
  { decode }: Pick<EffectOptions<R>, "decode"> = {},
): Promise<LeftOpen<R>> {
  const request = await thread.recorded(call);
  if (!request) return { status: "not run", message: NO_RESULT };
  if (isUnexecuted(request)) return { status: "not run", message: NOT_RUN };
  if (isHalfRun(request)) return { status: "failed", message: BEGUN };
  try {
    const look = (): never => {
      throw new NotNow();
    };
    const execution = await thread.execute<R>(call, look, { paused: (error) => error instanceof NotNow, decode });
    if (execution.status === "ran") return execution;
    if (execution.status === "failed") return { status: "failed", message: messageOf(execution.error) };
    return { status: "not run", message: execution.status === "refused" ? execution.message : NOT_RUN };
  } catch (error) {
    if (error instanceof NotNow) return { status: "failed", message: BEGUN };
    if (isCountersignError(error, "EXECUTION_UNKNOWN")) return { status: "failed", message: UNKNOWN };
    throw error;
  }
}

/** Nothing of it has run so far. */
export function isUnexecuted({ status, execution, begun }: ApprovalRequest): boolean {
  return status === "pending" || (status === "approved" && execution === "none" && !begun);
}

/** An execution was begun and can go on: only running it tells what comes of it. */
function isHalfRun({ status, execution, begun }: ApprovalRequest): boolean {
  return status === "approved" && execution === "none" && begun;
}

/** Did its reviewer end the run with it? */
export function stopsRun({ status, decisions }: ApprovalRequest): boolean {
  const last = decisions.at(-1)?.decision;
  return status === "rejected" && last?.type === "reject" && last.then === "stop";
}
