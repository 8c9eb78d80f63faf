import type { NewEvent } from "../audit/chain.ts";
import { threadSubject } from "../audit/subject.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import type { Writes } from "./writes.ts";
import { transition, putThread } from "./transition.ts";

/** Was all that this thread held purged, and has nothing happened on it since? */
export function isPurged({ state, purgedSeq, seq }: ThreadRecord): boolean {
  return state === "closed" && purgedSeq === seq;
}

/** What is left of a purged request: enough to recognise it and to verify that it was one. Nothing that anybody wrote. */
function stubOf({ state, proposal }: RequestRecord): Partial<RequestRecord> & { readonly state: "purged" } {
  return {
    state: "purged",
    was: state as RequestRecord["was"],
    args: {},
    proposal: { digest: proposal.digest, by: undefined },
    argsSchemaHash: undefined,
    rule: "",
    tier: undefined,
    reason: "purged",
    terms: {},
    requestedBy: undefined,
    decisions: [],
    policyHash: "",
    supersedes: undefined,
    proposedBy: undefined,
    revises: undefined,
    expiresAt: undefined,
    result: undefined,
    error: undefined,
    endedAt: undefined,
    ranWith: undefined,
    parent: undefined,
    ticket: undefined,
    redact: undefined,
    executeWithin: undefined,
    holder: undefined,
  };
}

/** Who purges, and when. */
export type Purging = Omit<NewEvent, "type">;

/** A finished request becomes a stub, and its chain one event. */
export function purgeRequest(record: RequestRecord, happening: Purging): Writes {
  const move = transition(record, stubOf(record), { ...happening, type: "purged" });
  return { ...move, changes: [...move.changes, { op: "drop", subject: record.id, through: record.seq }] };
}

/** A closed thread loses what it held, and its chain all but one event. Its fence stays, so that no stale worker comes back. */
export function purgeThread(thread: ThreadRecord, happening: Purging): Writes {
  const emptied: Partial<ThreadRecord> = {
    lastError: undefined,
    requestedBy: undefined,
    context: undefined,
    input: undefined,
    continuation: undefined,
    counted: undefined,
    outcome: undefined,
    closedAt: undefined,
    purgedSeq: thread.seq + 1,
  };
  const put = putThread(thread, emptied, { ...happening, type: "purged" });
  return { ...put, changes: [...put.changes, { op: "drop", subject: threadSubject(thread.id), through: thread.seq }] };
}
