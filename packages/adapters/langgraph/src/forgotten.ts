import type { Gate } from "@countersign/core";
import { ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { isRoot, type Surroundings } from "./checkpoints/surroundings.ts";
import { FRAMEWORK } from "./framework.ts";
import type { Run } from "./run.ts";
import { withdraw } from "./told.ts";

/**
 * Without a runner: a new input takes the place of whatever waits in the thread, also where the message that called is no longer
 * in the conversation, because a middleware has summarized or trimmed it. Nobody would ever execute what waits then.
 */
export async function withdrawForgotten(gate: Gate, run: Run, surroundings: Surroundings, messages: readonly BaseMessage[]): Promise<void> {
  if (run.driven || run.asked || !isRoot(surroundings)) return;
  run.asked = true;
  // A conversation that goes on behind its tools, or that has only begun, can't have lost anything.
  if (ToolMessage.isInstance(messages.at(-1)) || stepOf(surroundings) <= 1) return;
  const waiting = (await run.thread.unexecuted()).filter(isOfModel);
  await Promise.all(waiting.map(({ id }) => withdraw(gate, id)));
}

/** What the application has asked about by a key of its own stays. */
function isOfModel({ framework, turnId }: { readonly framework: string; readonly turnId: string }): boolean {
  return framework === FRAMEWORK && !turnId.startsWith("ask:");
}

/** How far the graph is on its thread, counting from its first input. */
function stepOf({ config }: Surroundings): number {
  const step: unknown = config.metadata?.["langgraph_step"];
  return typeof step === "number" ? step : Infinity;
}
