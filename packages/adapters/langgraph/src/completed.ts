import { deserialize, serialize } from "@countersign/core";
import { firstNonJson, type Advance } from "@countersign/core/adapter";
import type { BaseMessage } from "@langchain/core/messages";
import { isUntracked, type RunningGraph } from "./checkpoints/graph.ts";
import { continuationOf, countRestored, type Tally } from "./tally.ts";
import { isAI } from "./turn.ts";

/** What a graph's run came to. */
interface End<Output> {
  readonly output: Output;
  /** All of the state. */
  readonly messages: BaseMessage[];
  readonly tally: Tally;
}

/** The outcome, and what of it the checkpoints don't have: whoever resumes the thread again is told the same. */
export function completed<Output>(graph: RunningGraph, { output, messages, tally }: End<Output>): Advance<Output, BaseMessage[]> {
  countRestored(tally, messages);
  const answer = messages.findLast(isAI);
  return {
    status: "completed",
    output,
    text: answer?.text ?? "",
    messages,
    usage: tally.usage,
    lastAgent: nameOf(answer) ?? graph.options?.name,
    continuation: continuationOf({ output: uncheckpointed(graph, output) }),
  };
}

/** What LangChain calls the model of an agent that has no name. */
const NAMELESS = "model";

function nameOf(answer: BaseMessage | undefined): string | undefined {
  return answer?.name === NAMELESS ? undefined : answer?.name;
}

/** Of the output, what a checkpoint doesn't keep, such as a structured answer, or makes something else of, such as a date. */
function uncheckpointed(graph: RunningGraph, output: unknown): Readonly<Record<string, unknown>> {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return {};
  const kept = Object.entries(output).flatMap(([channel, value]): readonly [string, unknown][] => {
    const untracked = isUntracked(graph, channel);
    if (!untracked && firstNonJson(value) === undefined) return [];
    const written = serialize(value, { classes: untracked ? "as JSON" : "refused" });
    return "json" in written ? [[channel, deserialize(written.json)]] : [];
  });
  return Object.fromEntries(kept);
}
