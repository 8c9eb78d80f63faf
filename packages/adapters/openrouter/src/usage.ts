import type { Usage } from "@countersign/core";
import type { ModelResult, OpenResponsesResult, Tool } from "@openrouter/agent";

/**
 * Tells what each response of a run took, before the run is saved with it. The SDK tells it of the last response, and of the
 * others only to hooks: with those, it warns at each run that goes on without a prompt.
 */
export function metered(result: ModelResult<readonly Tool[]>, count: (usage: Usage) => void): ModelResult<readonly Tool[]> {
  const saving = result as unknown as { saveResponseToState?(response: OpenResponsesResult): Promise<void> };
  const save = saving.saveResponseToState?.bind(result);
  if (!save) return result;
  saving.saveResponseToState = (response) => {
    if (response.usage) count(usageOf(response.usage));
    return save(response);
  };
  return result;
}

function usageOf({
  inputTokens,
  outputTokens,
  totalTokens,
  inputTokensDetails,
  outputTokensDetails,
}: NonNullable<OpenResponsesResult["usage"]>): Usage {
  return {
    inputTokens,
    outputTokens,
    totalTokens,
    cachedInputTokens: inputTokensDetails?.cachedTokens ?? 0,
    reasoningTokens: outputTokensDetails?.reasoningTokens ?? 0,
  };
}
