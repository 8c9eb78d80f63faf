import { z } from "zod";

/** Tokens, as the framework counts them: of all model requests of a run, also those before its pauses and in other processes. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** Of the input tokens. 0 where the provider doesn't say. */
  readonly cachedInputTokens: number;
  /** Of the output tokens. 0 where the provider doesn't say. */
  readonly reasoningTokens: number;
}

export const usageSchema: z.ZodType<Usage> = z.lazy(() =>
  z.object({
    inputTokens: z.number(),
    outputTokens: z.number(),
    totalTokens: z.number(),
    cachedInputTokens: z.number(),
    reasoningTokens: z.number(),
  }),
);
