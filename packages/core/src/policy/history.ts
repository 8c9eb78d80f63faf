import type { CallHistory, PastCall } from "../contract/history.ts";
import type { JsonObject } from "../contract/json.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { CallTotal, RequestRecord, RequestState } from "../store/records.ts";
import { addressOf, ruleName, type RuleName } from "./names.ts";
import type { Totals } from "./totals.ts";

/** In these it ran, or may have run, or may do so at any moment. What failed may have done half of its work. */
const COUNTS: ReadonlySet<RequestState> = new Set(["approved", "executing", "done", "failed", "unknown"]);

/** What of a thread's requests counts, without the call that is judged. One that still waits for a decision doesn't. */
export function pastCalls(records: readonly RequestRecord[], except?: string): readonly PastCall[] {
  return records
    .filter(({ id, state }) => id !== except && COUNTS.has(state))
    .map((record) => ({ namespace: record.namespace, tool: record.tool, args: proposedArgs(record) }));
}

/** What ran in a thread before a call. */
export interface Past {
  /** Absent: not known, and a condition that counts it holds. */
  readonly history?: readonly PastCall[] | undefined;
  /** What those calls come to that are not in `history`. Absent: it has all of them. */
  readonly totals?: Totals | undefined;
}

/** `isOnRecord`: is every call that this name stands for among those of the past? */
export function historyOf(
  call: { readonly namespace?: string | undefined; readonly tool: string },
  { history, totals }: Past,
  isOnRecord: (name: RuleName) => boolean,
): CallHistory {
  const over = (tool: string, path?: string): number => {
    if (!history) throw new Error("the history of this thread is not known here: a rule that counts it needs history: true");
    if (!isOnRecord(ruleName(tool))) throw new Error(`not all calls of ${tool} are on record: its rule needs history: true`);
    const total = plus(totals?.before(tool, path) ?? { tool, path, total: 0 }, history);
    if (total.total === null) throw noNumberAt(path ?? "");
    return total.total;
  };
  return {
    count: (tool = addressOf(call)) => over(tool),
    sum: (path, tool = addressOf(call)) => over(tool, String(path)),
  };
}

/** A total with these calls as well. */
export function plus<T extends CallTotal>(before: T, calls: readonly PastCall[]): T {
  const name = ruleName(before.tool);
  let { total } = before;
  for (const call of calls) {
    if (total === null) break;
    if (!name.matches(addressOf(call))) continue;
    const added = before.path === undefined ? 1 : numberAt(call, before.path);
    total = added === undefined ? null : total + added;
  }
  // What has grown beyond all numbers is none that can be kept.
  return { ...before, total: Number.isFinite(total) ? total : null };
}

function noNumberAt(path: string): Error {
  return new Error(keysOf(path) ? `no number at ${path}` : `not a path into the arguments: ${path}`);
}

function keysOf(path: string): readonly string[] | undefined {
  const [root, ...keys] = path.split(".");
  return root === "args" && keys.length > 0 ? keys : undefined;
}

function numberAt({ args }: PastCall, path: string): number | undefined {
  const value = keysOf(path)?.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null && Object.hasOwn(at, key) ? (at as JsonObject)[key] : undefined),
    args,
  );
  return typeof value === "number" ? value : undefined;
}
