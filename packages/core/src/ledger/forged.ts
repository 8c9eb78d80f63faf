import { digestOf, hashOrNone, requestIdOf } from "../canonical/json.ts";
import { CountersignError } from "../errors/error.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";

/**
 * What is shown is what was hashed: nobody shall sign, or run, what only looks like it.
 * @throws AUDIT_BROKEN for a record whose arguments are not those of its digest
 */
export function refuseForged(record: RequestRecord): RequestRecord {
  const flaw = flawIn(record);
  if (flaw === undefined) return record;
  throw new CountersignError("AUDIT_BROKEN", { subject: record.id, seq: record.seq, flaw });
}

/** Why this isn't what was hashed. Undefined: it is. */
export function flawIn(record: RequestRecord): string | undefined {
  const { state, namespace, tool, proposal } = record;
  if (state === "purged") return undefined;
  if (hashOrNone(() => digestOf({ namespace, tool, args: proposedArgs(record) })) !== proposal.digest)
    return "it shows another call than its digest is of";
  return proposal.args && idOf(record) !== record.id ? "it shows other arguments than those that were asked about" : undefined;
}

/** The id that a request with these fields has. Undefined: it can have none. */
export function idOf({ tenant, threadId, turnId, callId, namespace, tool, args }: RequestRecord): string | undefined {
  return hashOrNone(() => requestIdOf(tenant, threadId, { turnId, callId, namespace, tool, args }));
}
