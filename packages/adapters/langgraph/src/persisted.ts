import { CountersignError } from "@countersign/core";
import { isRoot, type Surroundings } from "./surroundings.ts";

/** How long a checkpointer may take to write what the graph handed to it, in ms. */
const PATIENCE = 30_000;

/**
 * Waits until the checkpoints that the running task was made from can be read back: they hold the message that proposes
 * the calls. With LangGraph's default durability they are written in the background, and a request that is recorded
 * before them is an orphan after a crash.
 * @throws SETUP when a graph on the way writes no checkpoints of its own
 */
export async function untilPersisted(surroundings: Surroundings): Promise<void> {
  // The root graph awaits its own writes then; a nested graph may still be one that writes nothing.
  if (surroundings.config.durability === "sync" && isRoot(surroundings)) return;
  const deadline = Date.now() + PATIENCE;
  for (const [namespace, id] of Object.entries(surroundings.checkpoints)) await untilReadable(surroundings, namespace, id, deadline);
}

async function untilReadable({ checkpointer, threadId }: Surroundings, namespace: string, id: string, deadline: number): Promise<void> {
  const configurable = { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: id };
  for (let pause = 1; (await checkpointer.getTuple({ configurable })) === undefined; pause = Math.min(pause * 2, 50)) {
    if (Date.now() > deadline) throw new CountersignError("SETUP", { hint: hintFor(namespace) });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function hintFor(namespace: string): string {
  const graph = namespace === "" ? "The graph" : `The nested graph at ${namespace}`;
  return `${graph} did not write its checkpoint within ${PATIENCE} ms. A nested graph must share its parent's checkpointer (no checkpointer: false).`;
}
