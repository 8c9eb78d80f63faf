import type { ApprovalRequest } from "../contract/request.ts";
import type { RequestRecord, RequestState } from "./records.ts";

/** How each state looks to users: its status and its execution. A purged request looks as it did when it ended. */
export const STATUS_OF: {
  readonly [S in Exclude<RequestState, "purged">]: readonly [ApprovalRequest["status"], ApprovalRequest["execution"]];
} = {
  pending: ["pending", "none"],
  approved: ["approved", "none"],
  executing: ["approved", "executing"],
  done: ["approved", "done"],
  failed: ["approved", "failed"],
  unknown: ["approved", "unknown"],
  rejected: ["rejected", "none"],
  expired: ["expired", "none"],
  cancelled: ["cancelled", "none"],
};

/** How this record looks to users. */
export function shownAs({ state, was = "done" }: Pick<RequestRecord, "state" | "was">): (typeof STATUS_OF)[keyof typeof STATUS_OF] {
  return STATUS_OF[state === "purged" ? was : state];
}

/** In these there is something left to wait for, to run or to find out. */
export const UNFINISHED: readonly RequestState[] = ["pending", "approved", "executing", "unknown"];

/** Is there something left to wait for, to run or to find out? What has finished never changes again, but for a purge. */
export function isUnfinished({ state }: Pick<RequestRecord, "state">): boolean {
  return UNFINISHED.includes(state);
}
