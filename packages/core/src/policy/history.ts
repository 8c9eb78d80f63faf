import type { CallHistory, PastCall } from "../contract/history.ts";
import type { JsonObject } from "../contract/json.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord, RequestState } from "../store/records.ts";
import { addressOf, ruleName, type RuleName } from "./names.ts";

/** In these it ran, or may have run, or may do so at any moment. What failed may have done half of its work. */
const COUNTS: ReadonlySet<RequestState> = new Set(["approved", "executing", "done", "failed", "unknown"]);

/** What of a thread's requests counts, without the call that is judged. One that still waits for a decision doesn't. */
export function pastCalls(records: readonly RequestRecord[], except: string): readonly PastCall[] {
  return records
    .filter(({ id, state }) => id !== except && COUNTS.has(state))
    .map((record) => ({ namespace: record.namespace, tool: record.tool, args: proposedArgs(record) }));
}

/** Undefined calls: nobody has looked them up. `isOnRecord`: is every call that this name stands for among them? */
export function historyOf(
  call: { readonly namespace?: string | undefined; readonly tool: string },
  past: readonly PastCall[] | undefined,
  isOnRecord: (name: RuleName) => boolean,
): CallHistory {
  const of = (tool: string = addressOf(call)): readonly PastCall[] => {
    if (!past) throw new Error("the history of this thread is not known here: a rule that counts it needs history: true");
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
