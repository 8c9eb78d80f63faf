import type { Usage } from "@countersign/core";
import type { Advance } from "@countersign/core/adapter";
import type { AgentInputItem, Usage as SdkUsage } from "@openai/agents";
import type { Settings } from "./per-run.ts";
import { toContinuation, type AnyState } from "./saved.ts";
import { serverIn } from "./sessions/server.ts";

/** Of a run of the SDK that has ended, streamed or not. */
interface Ended {
  readonly finalOutput?: unknown;
  readonly history: AgentInputItem[];
  readonly lastAgent?: { readonly name: string } | undefined;
  readonly state: AnyState;
}

/** How a run ended, as it is recorded. */
export function completed<Output>(
  { finalOutput, history, lastAgent, state }: Ended,
  { session, previousResponseId: from }: Settings,
): Advance<Output, AgentInputItem[]> {
  const { _conversationId: conversationId, _previousResponseId: previousResponseId, _currentStep: step } = state;
  const server = serverIn({ conversationId, previousResponseId });
  const kept = server ? { items: [], server: { ...server, from }, said: history } : { items: session ? [] : history };
  return {
    status: "completed",
    output: finalOutput as Output,
    text: step?.type === "next_step_final_output" ? step.output : "",
    usage: usageOf(state.usage),
    lastAgent: lastAgent?.name,
    // A session is read once the end is on record: a failure of it can't undo that.
    ...(!session && { messages: history }),
    continuation: toContinuation({ type: "history", ...kept }),
  };
}

type Details = readonly Readonly<Record<string, unknown>>[];

function usageOf({ inputTokens, outputTokens, totalTokens, inputTokensDetails, outputTokensDetails }: SdkUsage): Usage {
  return {
    inputTokens,
    outputTokens,
    totalTokens,
    cachedInputTokens: sum(inputTokensDetails, "cached_tokens"),
    reasoningTokens: sum(outputTokensDetails, "reasoning_tokens"),
  };
}

/** One entry for each request of the model, with the provider's own names. */
function sum(details: Details, name: string): number {
  return details.reduce((total, { [name]: tokens }) => total + (typeof tokens === "number" ? tokens : 0), 0);
}
