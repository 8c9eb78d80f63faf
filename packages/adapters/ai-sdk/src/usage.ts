import type { Usage } from "@countersign/core";

/** As both versions of the SDK count. A provider may leave out anything. */
export interface SdkUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly totalTokens: number | undefined;
  readonly inputTokenDetails?: { readonly cacheReadTokens: number | undefined };
  readonly outputTokenDetails?: { readonly reasoningTokens: number | undefined };
}

/** Undefined: the provider tells nothing. */
export function usageOf(usage: SdkUsage | undefined): Usage | undefined {
  if (!usage) return undefined;
  const { inputTokens, outputTokens, totalTokens = sum(inputTokens, outputTokens), inputTokenDetails, outputTokenDetails } = usage;
  if (totalTokens === undefined) return undefined;
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    totalTokens,
    cachedInputTokens: inputTokenDetails?.cacheReadTokens ?? 0,
    reasoningTokens: outputTokenDetails?.reasoningTokens ?? 0,
  };
}

function sum(input: number | undefined, output: number | undefined): number | undefined {
  return input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0);
}
