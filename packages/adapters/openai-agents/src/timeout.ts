import { invokeFunctionTool, ToolTimeoutError, type FunctionTool, type RunContext } from "@openai/agents";
import { ToolFailed } from "./failure.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a tool by its context, its parameters and its result: any of them
type AnyFunctionTool = FunctionTool<any, any, any>;
type Details = Parameters<AnyFunctionTool["invoke"]>[2];

/** One call of a tool that has a timeout. */
export interface Timed {
  /** Aborted as soon as the tool is called off: by its timeout, by a sibling's failure, or with the whole run. */
  readonly signal: AbortSignal;
  /** @throws ToolFailed with what the model would be told of a timeout, and what the tool throws */
  readonly within: (input: string) => Promise<unknown>;
}

/**
 * The SDK ends a tool by its timeout from outside, and tells the model while the tool goes on. Here that happens inside the
 * gate, which then knows that nobody can tell what came of the call.
 */
export function timed(tool: AnyFunctionTool, context: RunContext, details: Details): Timed {
  const timeout = new AbortController();
  const { timeoutErrorFunction } = tool;
  const watched = Object.create(tool, {
    timeoutErrorFunction: {
      value: (...given: Parameters<NonNullable<typeof timeoutErrorFunction>>): unknown => {
        timeout.abort(given[1]);
        return timeoutErrorFunction ? timeoutErrorFunction(...given) : given[1].message;
      },
    },
  }) as AnyFunctionTool;
  return {
    signal: AbortSignal.any([timeout.signal, ...(details?.signal ? [details.signal] : [])]),
    within: async (input) => {
      try {
        const output: unknown = await invokeFunctionTool({ tool: watched, runContext: context, input, ...(details ? { details } : {}) });
        if (timeout.signal.aborted) throw new ToolFailed(output);
        return output;
      } catch (error) {
        if (error instanceof ToolTimeoutError) timeout.abort(error);
        throw error;
      }
    },
  };
}
