import type { JsonObject } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { Changed } from "../ledger/writes.ts";
import { transition } from "../ledger/transition.ts";
import type { RequestRecord } from "../store/records.ts";

/** Can this request still be withdrawn? Not once an execution was begun. */
export function isCancellable({ state, begun }: Pick<RequestRecord, "state" | "begun">): boolean {
  return state === "pending" || (state === "approved" && !begun);
}

/** The writes that withdraw a request. */
export function cancellation(record: RequestRecord, at: number, actor: Principal, reason: string, note?: JsonObject): Changed {
  const patch = { state: "cancelled", error: reason, decidedAt: record.decidedAt ?? at } as const;
  return transition(record, patch, { type: "cancelled", at, actor, note });
}

/** Is it a run's, so that the run's end withdraws it? */
export function endsWithRun(record: RequestRecord): boolean {
  return record.framework !== "none" && isCancellable(record);
}

/** Does it end with an invocation that pauses and has asked only these? What a call under way asked stays with that call. */
export function isNotAskedAgain(record: RequestRecord, declared: ReadonlySet<string>): boolean {
  const asked = declared.has(record.id) || (record.parent !== undefined && declared.has(record.parent));
  return endsWithRun(record) && !asked && !(record.ticket && record.state === "approved");
}

/** Why the requests of an invocation that pauses are withdrawn. */
export const NOT_ASKED_AGAIN = "not asked again";
