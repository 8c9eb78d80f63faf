import { CountersignError } from "@countersign/core";
import { isRoot, type Surroundings } from "./surroundings.ts";

/** How long a checkpointer may take to write what the graph handed to it, in ms. */
const PATIENCE = 30_000;
/** How long, in ms, a parent graph may show no checkpoint at all before it must be one on a thread that is not known here. */
const PARENT_PATIENCE = 2_000;

/**
 * Waits until the checkpoints that the running task was made from can be read back: they hold the message that proposes
 * the calls. With LangGraph's default durability they are written in the background, and a request that is recorded
 * before them is an orphan after a crash.
 * @param rootThread the thread of the run, where a nested graph was given another thread_id
 * @throws SETUP when a graph on the way writes no checkpoints of its own
 */
export async function untilPersisted(surroundings: Surroundings, rootThread: string): Promise<void> {
  // The root graph awaits its own writes then; a nested graph may still be one that writes nothing.
  if (surroundings.config.durability === "sync" && isRoot(surroundings)) return;
  const begun = Date.now();
  for (const [namespace, id] of Object.entries(surroundings.checkpoints)) {
    const own = namespace === surroundings.graph;
    const threads = own ? [surroundings.threadId] : [...new Set([surroundings.threadId, rootThread])];
    for (let pause = 1; !(await isReadable(surroundings, threads, namespace, id)); pause = Math.min(pause * 2, 50)) {
      const waited = Date.now() - begun;
      if (!own && waited > PARENT_PATIENCE && !(await isReadable(surroundings, threads, namespace))) break;
      if (waited > PATIENCE) throw new CountersignError("SETUP", { hint: hintFor(namespace) });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Is this checkpoint there, or without an id: any? */
async function isReadable({ checkpointer }: Surroundings, threads: readonly string[], namespace: string, id?: string): Promise<boolean> {
  for (const thread of threads) {
    const place = { thread_id: thread, checkpoint_ns: namespace, ...(id === undefined ? {} : { checkpoint_id: id }) };
    if (await checkpointer.getTuple({ configurable: place })) return true;
  }
  return false;
}

function hintFor(namespace: string): string {
  const graph = namespace === "" ? "The graph" : `The nested graph at ${namespace}`;
  return `${graph} did not write its checkpoint within ${PATIENCE} ms. A nested graph must share its parent's checkpointer (no checkpointer: false).`;
}
