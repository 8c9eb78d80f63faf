import { isDeepStrictEqual } from "node:util";
import { addUsage } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { pageJson } from "./page-json.ts";
import { refusalOf, type Run } from "./run.ts";
import { asKept, outputKey, type Saved } from "./saved.ts";
import type { Finished } from "./stream.ts";
import { partsOf } from "./turn.ts";
import type { ModelOutput } from "./worded.ts";

/** What was added to a conversation, by the SDK or in its place. */
interface Added extends Partial<Pick<Finished, "outputs" | "usage">> {
  readonly messages: readonly ModelMessage[];
}

/** The conversation with what was added to it. `run`: what it knows of the calls that stood open in it, and of refused ones. */
export function grown(from: Saved, { messages, usage, outputs = [] }: Added, run: Pick<Run, "outputs" | "refusals">): Saved {
  const added = asKept(messages);
  const own: Record<string, unknown> = {};
  const denied: Record<string, string> = {};
  let answers: ReadonlyMap<string, unknown> = run.outputs;
  let responses = 0;
  for (const [index, message] of added.entries()) {
    // Models use call ids again: a result is of the response that it stands behind.
    if (message.role === "assistant") answers = outputs[responses++] ?? new Map();
    if (message.role !== "tool") continue;
    for (const part of partsOf(message)) {
      if (part.type !== "tool-result") continue;
      const key = outputKey(from.messages.length + index, part.toolCallId);
      const answer = pageJson(answers.get(part.toolCallId));
      if (answers.has(part.toolCallId) && !isTold(part.output, answer)) own[key] = answer;
      const refusal = part.output.type === "error-text" ? refusalOf(run.refusals, part.toolCallId, part.output.value) : undefined;
      if (refusal) denied[key] = refusal.message;
    }
  }
  return {
    ...from,
    messages: [...from.messages, ...added],
    outputs: { ...from.outputs, ...own },
    denied: { ...from.denied, ...denied },
    usage: addUsage(from.usage, usage),
  };
}

/** Was the model told just that? */
function isTold(output: ModelOutput, answer: unknown): boolean {
  return (output.type === "json" || output.type === "text") && isDeepStrictEqual(output.value, answer);
}
