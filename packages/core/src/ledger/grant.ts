import { nextEvent, type NewEvent } from "../audit/chain.ts";
import { grantSubject } from "../audit/subject.ts";
import { sha256 } from "../canonical/json.ts";
import type { Grant } from "../contract/grant.ts";
import type { Change } from "../store/port.ts";
import type { GrantRecord } from "../store/records.ts";
import type { Writes } from "./writes.ts";
import { patchOf } from "./proof.ts";

/** One request leaves at most one grant behind, however often its decision is committed. */
export function grantIdOf(tenant: string, requestId: string): string {
  return sha256(["grant", tenant, requestId]).slice(0, 32);
}

/** A grant is given. Its uses are counted by the store from here on; `grant.uses` stays what they were at first. */
export function insertGrant(tenant: string, grant: Grant, { at, actor }: Pick<NewEvent, "at" | "actor">): Writes {
  const { id, uses, expiresAt } = grant;
  const blank: GrantRecord = { id, version: 0, tenant, uses: 0, grant, revokedAt: undefined, expiresAt, seq: 0, head: "" };
  const event = nextEvent(grantSubject(id), blank, { type: "remembered", at, actor }, patchOf(undefined, blank));
  const record = { ...blank, version: 1, seq: event.seq, head: event.hash };
  return {
    changes: [
      { op: "put", kind: "grant", record, expects: 0 },
      { op: "add", kind: "grant", id, field: "uses", by: uses },
    ],
    events: [event],
  };
}

/** It decides nothing any more. All its uses go with it, so that a commit that takes one at the same time is refused. */
export function revokeGrant(old: GrantRecord, { at, actor, note }: Omit<NewEvent, "type">): Writes {
  const revoked = { ...old, revokedAt: at };
  const happening = { type: "revoked", at, actor, note: { left: old.uses, ...note } };
  const event = nextEvent(grantSubject(old.id), old, happening, patchOf(old, revoked));
  const record = { ...revoked, version: old.version + 1, seq: event.seq, head: event.hash };
  return { changes: [{ op: "put", kind: "grant", record, expects: old.version }, takeUses(old.id, old.uses)], events: [event] };
}

/** Refused with FLOOR if there are not so many left. */
export function takeUses(id: string, count: number): Change {
  return { op: "add", kind: "grant", id, field: "uses", by: 0 - count, floor: 0 };
}

/** What users see of a record. */
export function toGrant({ grant, uses, revokedAt }: GrantRecord): Grant {
  return { ...grant, uses, revokedAt };
}
