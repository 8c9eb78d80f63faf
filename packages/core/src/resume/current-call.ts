import { AsyncLocalStorage } from "node:async_hooks";
import type { CallContext } from "../contract/call.ts";
import { isCountersignError, type CountersignError } from "../errors/error.ts";
import { isPassing } from "../errors/passing.ts";

/** What an effect has met. The calls that the policy allows inside it belong to it: nothing else is recorded of them. */
export interface Met {
  /** The first error that meant "not now". */
  passing?: CountersignError | undefined;
}

/** The call whose effect runs here, and the request under which it does. */
export interface RunningCall {
  readonly context: CallContext;
  readonly requestId: string | undefined;
  readonly met: Met;
}

export const runningCall: AsyncLocalStorage<RunningCall> = new AsyncLocalStorage();

/**
 * Inside a tool: the idempotency key that makes an outside effect exactly-once, and who signed. Undefined elsewhere.
 * @example await bank.pay(args, { idempotencyKey: currentCall()?.idempotencyKey })
 */
export function currentCall(): CallContext | undefined {
  return runningCall.getStore()?.context;
}

/** The effect around remembers an error that means "not now", whatever the tool makes of it. */
export function remember(error: unknown): void {
  const met = runningCall.getStore()?.met;
  if (met && isCountersignError(error) && isPassing(error)) met.passing ??= error;
}
