import type { JsonObject } from "./json.ts";

/** A call of the thread that ran, or of which nobody knows that it didn't. */
export interface PastCall {
  readonly namespace?: string | undefined;
  readonly tool: string;
  /** What ran: the approved arguments, if a person edited them. */
  readonly args: JsonObject;
}

/**
 * What already ran in the thread; the call at hand is not among it. Both throw where that isn't known, and so the
 * condition holds: outside a thread, and for tools whose allowed calls leave no record. On record are the calls of tools
 * whose rule says `history: true`, is plain `"ask"` or `ask: true`, or denies always.
 */
export interface CallHistory {
  /** How many calls of the tool ran; a name may have wildcards and a namespace. Default: the tool at hand. */
  count(tool?: string): number;
  /**
   * The sum over those calls of the number at a path such as `args.amount`. A call without a number there can't be summed.
   * @example history.sum("args.amount") + args.amount > 10_000
   */
  sum(path: string, tool?: string): number;
}
