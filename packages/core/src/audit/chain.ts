import { sha256 } from "../canonical/json.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { JsonObject } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";

/** What happened to a record. */
export interface NewEvent {
  readonly type: string;
  readonly at: number;
  readonly actor: Principal | undefined;
  /** What the record itself doesn't say. */
  readonly note?: JsonObject | undefined;
}

/** A record that has a chain of its own. */
export interface Chained {
  readonly seq: number;
  readonly head: string;
}

/**
 * The next event of a record's chain: what is different in the record from now on, and what else is to be said. Whatever
 * JSON can't carry is found by the hash. @throws NOT_JSON
 */
export function nextEvent(subject: string, chain: Chained, { type, at, actor, note }: NewEvent, patch: JsonObject): AuditEvent {
  const data = note ? { ...patch, note } : patch;
  const unhashed = { subject, seq: chain.seq + 1, prev: chain.head, type, at, actor, data };
  return { ...unhashed, hash: hashOf(unhashed) };
}

/** SHA-256 over canonical JSON of everything but the hash itself; absent values are null. */
export function hashOf({ subject, seq, prev, type, at, actor, data }: Omit<AuditEvent, "hash">): string {
  return sha256({ subject, seq, prev, type, at, actor: actor ?? null, data });
}
