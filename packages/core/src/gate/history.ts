import type { JsonObject } from "../contract/json.ts";
import type { RequestRecord, RequestState } from "../store/records.ts";
import { addressOf, ruleName, type RuleName } from "./names.ts";

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

/** In these it ran, or may have run, or may do so at any moment. What failed may have done half of its work. */
const COUNTS: ReadonlySet<RequestState> = new Set(["approved", "executing", "done", "failed", "unknown"]);

/** What of a thread's requests counts, without the call that is judged. One that still waits for a decision doesn't. */
export function pastCalls(records: readonly RequestRecord[], except: string): readonly PastCall[] {
  return records
    .filter(({ id, state }) => id !== except && COUNTS.has(state))
    .map(({ namespace, tool, args, approvedArgs }) => ({ namespace, tool, args: approvedArgs ?? args }));
}

/** Undefined calls: nobody has looked them up. `isOnRecord`: is every call that this name stands for among them? */
export function historyOf(
  call: { readonly namespace?: string | undefined; readonly tool: string },
  past: readonly PastCall[] | undefined,
  isOnRecord: (name: RuleName) => boolean,
): CallHistory {
  const of = (tool: string = addressOf(call)): readonly PastCall[] => {
    if (!past) throw new Error("the history of this thread is not known here");
    const name = ruleName(tool);
    if (!isOnRecord(name)) throw new Error(`not all calls of ${tool} are on record: its rule needs history: true`);
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
