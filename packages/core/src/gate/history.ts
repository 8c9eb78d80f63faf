import type { JsonObject } from "../contract/json.ts";
import { addressOf, ruleName } from "./names.ts";

/** A call of the thread that ran, or of which nobody knows that it didn't. */
export interface PastCall {
  readonly namespace?: string | undefined;
  readonly tool: string;
  /** What ran: the approved arguments, if a person edited them. */
  readonly args: JsonObject;
}

/**
 * What already ran in the thread; the call at hand is not among it. Both throw where that isn't known, and so the
 * condition holds.
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

/** Undefined calls: nobody has looked them up. */
export function historyOf(
  call: { readonly namespace?: string | undefined; readonly tool: string },
  past: readonly PastCall[] | undefined,
): CallHistory {
  const of = (tool: string = addressOf(call)): readonly PastCall[] => {
    if (!past) throw new Error("the history of this thread is not known here");
    const name = ruleName(tool);
    return past.filter((earlier) => name.matches(addressOf(earlier)));
  };
  return {
    count: (tool) => of(tool).length,
    sum: (path, tool) => of(tool).reduce((total, earlier) => total + numberAt(earlier, path), 0),
  };
}

function numberAt({ args }: PastCall, path: string): number {
  const [root, ...keys] = path.split(".");
  if (root !== "args" || keys.length === 0) throw new Error(`not a path into the arguments: ${path}`);
  const value = keys.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null && Object.hasOwn(at, key) ? (at as JsonObject)[key] : undefined),
    args,
  );
  if (typeof value !== "number") throw new Error(`no number at ${path}`);
  return value;
}
