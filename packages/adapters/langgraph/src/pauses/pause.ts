import { CountersignError } from "@countersign/core";
import { GraphInterrupt, interrupt } from "@langchain/langgraph";
import { isRoot, type Surroundings } from "../checkpoints/surroundings.ts";
import type { Run } from "../run.ts";
import type { PausePayload } from "./payload.ts";

/** Values that earlier answers left behind come back first; more than these nobody sends by accident. */
const MOST_ANSWERS = 10_000;

/**
 * Pauses the graph in a hook of its own. LangGraph hands out whatever somebody resumed with: none of it is believed,
 * each is passed over and the graph pauses again. Only the store can let the run go on.
 */
export async function pauseHook(
  { run, surroundings }: { readonly run: Run; readonly surroundings: Surroundings },
  payload: PausePayload,
): Promise<never> {
  // Without a runner, a run of the root graph ends with this pause, so that nobody has to wait for its hold to lapse.
  if (!run.driven && isRoot(surroundings)) await run.thread.release("suspended");
  for (let answers = 0; answers < MOST_ANSWERS; answers++) interrupt(payload);
  throw new CountersignError("NATIVE_REFUSED", {
    threadId: surroundings.threadId,
    reason: "the pause was answered too often inside the graph",
  });
}

/**
 * Pauses from inside a tool. Thrown by hand, under the request's own id: LangGraph's interrupt() would count, and shift
 * the answers to the interrupts of the tool's own body.
 */
export function pauseOf(payload: PausePayload): GraphInterrupt {
  const id = payload.actionRequests[0]?.requestId;
  return new GraphInterrupt([{ ...(id ? { id } : {}), value: payload }]);
}
