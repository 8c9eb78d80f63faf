import type { Usage } from "../contract/usage.ts";

/** Of two parts of a run. Undefined: neither is known. */
export function addUsage(before: Usage | undefined, more: Usage | undefined): Usage | undefined {
  if (!before || !more) return before ?? more;
  return {
    inputTokens: before.inputTokens + more.inputTokens,
    outputTokens: before.outputTokens + more.outputTokens,
    totalTokens: before.totalTokens + more.totalTokens,
    cachedInputTokens: before.cachedInputTokens + more.cachedInputTokens,
    reasoningTokens: before.reasoningTokens + more.reasoningTokens,
  };
}
