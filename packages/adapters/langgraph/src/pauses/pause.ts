import { GraphInterrupt } from "@langchain/langgraph";
import { isRoot, type Surroundings } from "../checkpoints/surroundings.ts";
import type { Run } from "../run.ts";
import type { PausePayload } from "./payload.ts";

/**
 * Pauses the graph in a hook of its own. Nothing that somebody resumes the graph with is looked at: only the store can let the
 * run go on.
 */
export async function pauseHook(
  { run, surroundings }: { readonly run: Run; readonly surroundings: Surroundings },
  { payload, id }: Pause,
): Promise<never> {
  // Without a runner, a run of the root graph ends with this pause, so that nobody has to wait for its hold to lapse.
  if (!run.driven && isRoot(surroundings)) await run.thread.release("suspended");
  throw pauseOf(payload, id);
}

/** What a graph pauses with. */
export interface Pause {
  readonly payload: PausePayload;
  /** Of a request, so that whoever was shown the pause can still name it after the graph has paused again. */
  readonly id: string;
}

/**
 * Thrown by hand, under a request's own id: LangGraph's interrupt() would hand out what somebody resumed with, give the next pause
 * another id, and shift the answers to the interrupts of a tool's own body.
 */
export function pauseOf(payload: PausePayload, id: string | undefined = payload.actionRequests[0]?.requestId): GraphInterrupt {
  return new GraphInterrupt([{ ...(id ? { id } : {}), value: payload }]);
}
