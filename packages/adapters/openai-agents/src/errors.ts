import { CountersignError, isCountersignError } from "@countersign/core";
import { firstNonJson } from "@countersign/core/adapter";
import { RunState, UserError } from "@openai/agents";
import type { Run } from "./run.ts";
import { callIdOf, turnOf, type CallItem, type StateJson } from "./turn.ts";

/** The SDK bundles what its tools throw. A runner's caller gets Countersign's own error, if there is one among them. */
export function typedError(error: unknown, run: Run, context: unknown): unknown {
  const own = run.leaving ?? ownError(error);
  if (own) return own;
  return duplicateCall(error) ?? unserializableContext(error, context) ?? error;
}

function ownError(error: unknown): CountersignError | undefined {
  for (let each = error, depth = 0; each instanceof Error && depth < 10; depth++) {
    if (isCountersignError(each)) return each;
    each = "error" in each ? each.error : each.cause;
  }
  return undefined;
}

/** Two tools of one name, which the SDK sees where a server lists its tools anew for each run. It doesn't say which they are. */
export function isOfLookalikes(error: unknown): error is UserError {
  return error instanceof UserError && error.message.startsWith("Duplicate enabled");
}

/** The SDK refuses it too, before any of the calls runs. */
function duplicateCall(error: unknown): CountersignError | undefined {
  if (!(error instanceof Error) || !("state" in error) || !(error.state instanceof RunState)) return undefined;
  const { _originalInput: originalInput, _modelResponses: modelResponses } = error.state;
  const calls = (modelResponses.at(-1)?.output ?? []) as readonly CallItem[];
  const twice = calls.find((call, index) => call.callId !== undefined && calls.findIndex(({ callId }) => callId === call.callId) < index);
  if (!twice) return undefined;
  const turnId = turnOf({ originalInput, modelResponses } as unknown as StateJson);
  return new CountersignError("DUPLICATE_CALL", { turnId, callId: callIdOf(twice) }, { cause: error });
}

/** A nested agent that waits is saved by the SDK, with the context. */
function unserializableContext(error: unknown, context: unknown): CountersignError | undefined {
  const text = error instanceof Error ? error.message : "";
  const bad = context !== undefined && /serializ|circular|BigInt/i.test(text) ? firstNonJson(context) : undefined;
  return bad && new CountersignError("STATE_NOT_SERIALIZABLE", { path: ["context", ...bad] }, { cause: error });
}
