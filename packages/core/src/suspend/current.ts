import { AsyncLocalStorage } from "node:async_hooks";
import type { CallContext } from "../contract/call.ts";

/** The call whose effect runs here, and the request under which it does. */
export interface RunningCall {
  readonly context: CallContext;
  readonly requestId: string | undefined;
}

export const runningCall: AsyncLocalStorage<RunningCall> = new AsyncLocalStorage();

/**
 * Inside a tool: the idempotency key that makes an outside effect exactly-once, and who signed. Undefined elsewhere.
 * @example await bank.pay(args, { idempotencyKey: currentCall()?.idempotencyKey })
 */
export function currentCall(): CallContext | undefined {
  return runningCall.getStore()?.context;
}
