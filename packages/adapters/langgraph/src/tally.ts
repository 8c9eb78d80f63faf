import type { Usage } from "@countersign/core";
import { addUsage, dataOf, type Continuation } from "@countersign/core/adapter";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { BaseMessage, type UsageMetadata } from "@langchain/core/messages";
import type { RunningGraph } from "./checkpoints/graph.ts";
import { FRAMEWORK } from "./framework.ts";
import { gateOf } from "./gated.ts";
import { isAI } from "./turn.ts";

/** What the model requests of a run have taken so far, whoever made them, and what it paused for. It is saved with each pause. */
export interface Tally {
  usage: Usage | undefined;
  /** The messages that are in it, by id. */
  readonly counted: Set<string>;
  /** The last message of the run's input: what the conversation has after it is this run's. */
  readonly since: string | undefined;
  /** The tools whose calls the run has paused for, by name. Undefined: it is one that an earlier version paused. */
  readonly asked: Set<string> | undefined;
  /** There is something in it that was not saved. */
  unsaved: boolean;
}

/** What is on record of a run: with a pause what it took, at its end what the checkpoints don't have of its output. */
export interface Saved {
  readonly tally?: {
    readonly usage: Usage | undefined;
    readonly counted: readonly string[];
    readonly since: string | undefined;
    readonly asked?: readonly string[] | undefined;
  };
  readonly output?: Readonly<Record<string, unknown>>;
}

const FORMAT = 1;

export function continuationOf(saved: Saved): Continuation {
  return { format: FORMAT, data: saved };
}

/** @throws STATE_INCOMPATIBLE */
export function savedBy(continuation: Continuation | null): Saved {
  return dataOf(continuation, FRAMEWORK, FORMAT) ?? {};
}

/** Of a run that begins with an input whose last message has this id. */
export function newTally(since: string | undefined): Tally {
  return { usage: undefined, counted: new Set(), since, asked: new Set(), unsaved: true };
}

/** Of a run that goes on. @throws STATE_INCOMPATIBLE */
export function tallyIn(continuation: Continuation | null): Tally {
  const { usage, counted, since, asked } = savedBy(continuation).tally ?? {};
  return { usage, counted: new Set(counted), since, asked: asked && new Set(asked), unsaved: false };
}

/** The run pauses for calls of these tools, or for others beside them. */
export function noteAsked(tally: Tally | undefined, tools: readonly string[]): void {
  for (const tool of tools) {
    if (!tally?.asked || tally.asked.has(tool)) continue;
    tally.asked.add(tool);
    tally.unsaved = true;
  }
}

/** What is saved of it with a pause that is about to be recorded. Null: nothing new. */
export function takeUnsaved(tally: Tally | undefined): Continuation | null {
  if (!tally?.unsaved) return null;
  tally.unsaved = false;
  const { usage, counted, since, asked } = tally;
  return continuationOf({ tally: { usage, counted: [...counted], since, asked: asked && [...asked] } });
}

/** LangChain tells of every model request, also of nested agents, of tools, and of those whose message never gets into the state. */
export function counting(tally: Tally): BaseCallbackHandler {
  const handler = BaseCallbackHandler.fromMethods({
    handleLLMEnd({ generations }) {
      for (const generation of generations.flat())
        if ("message" in generation && BaseMessage.isInstance(generation.message)) count(tally, generation.message);
    },
  });
  // In the background it might come after the pause.
  return Object.assign(handler, { awaitHandlers: true, ignoreChain: true, ignoreAgent: true, ignoreRetriever: true });
}

/**
 * LangChain's callbacks cost a run as much as a further step. An agent with the gate's middleware alone leaves each of its answers in
 * the state: only what its tools ask has to be listened to.
 */
export function leavesAnswers({ options }: RunningGraph, { since }: Tally): boolean {
  const { middleware = [] } = options ?? {};
  return since !== undefined && middleware.length > 0 && middleware.every((each) => gateOf(each) !== undefined);
}

/** What nobody has counted yet: a process that died may have left it. */
export function countRestored(tally: Tally, messages: readonly BaseMessage[]): void {
  const at = messages.findIndex(({ id }) => id !== undefined && id === tally.since);
  const ours = at < 0 ? [] : messages.slice(at + 1);
  for (const message of ours) if (message.id !== undefined && !tally.counted.has(message.id)) count(tally, message);
}

function count(tally: Tally, message: BaseMessage): void {
  const usage = isAI(message) ? usageOf(message) : undefined;
  if (!usage) return;
  if (message.id !== undefined) tally.counted.add(message.id);
  tally.unsaved = true;
  tally.usage = addUsage(tally.usage, usage);
}

function usageOf({ usage_metadata: taken }: { readonly usage_metadata?: UsageMetadata | undefined }): Usage | undefined {
  return (
    taken && {
      inputTokens: taken.input_tokens,
      outputTokens: taken.output_tokens,
      totalTokens: taken.total_tokens,
      cachedInputTokens: taken.input_token_details?.cache_read ?? 0,
      reasoningTokens: taken.output_token_details?.reasoning ?? 0,
    }
  );
}
