import { getCurrentSpan } from "@openai/agents";
import { toSmartString } from "@openai/agents/utils";
import { tellable } from "./output.ts";

/** A tool that failed, with what its errorFunction has the model told. */
export class ToolFailed extends Error {
  readonly told: unknown;

  constructor(told: unknown) {
    super(toSmartString(tellable(told)));
    this.told = told;
  }
}

/**
 * A tool's own errorFunction turns what it throws into text, and only the span of the call still knows: then this throws,
 * so that the failure is recorded as one.
 * @throws ToolFailed, and what a tool throws that has no errorFunction
 */
export async function revealingFailure(work: () => unknown): Promise<unknown> {
  const span = getCurrentSpan();
  if (!span) return work();
  let failed = false;
  const setError = span.setError.bind(span);
  span.setError = (error) => {
    failed = true;
    setError(error);
  };
  try {
    const output = await work();
    if (failed) throw new ToolFailed(output);
    return output;
  } finally {
    span.setError = setError;
  }
}
