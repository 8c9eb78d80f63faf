import type { AuditEvent } from "../contract/event.ts";
import { CountersignError } from "../errors/error.ts";
import { hashOf } from "./chain.ts";

/** The end of a chain. */
export interface Tail {
  /** Number of its first event: more than 1 if a purge has removed those before. */
  readonly from: number;
  readonly seq: number;
  readonly hash: string;
}

/**
 * A chain with one more event.
 * @throws AUDIT_BROKEN unless it is whole, and follows the one before. Only the event of a purge may stand where others are
 * missing: it takes the place of all before it
 */
export function link(before: Tail | undefined, event: AuditEvent): Tail {
  const flaw = flawIn(before, event);
  const { subject, seq, hash, type } = event;
  if (flaw !== undefined) throw new CountersignError("AUDIT_BROKEN", { subject, seq, flaw });
  return { from: type === "purged" ? seq : (before?.from ?? seq), seq, hash };
}

function flawIn(before: Tail | undefined, event: AuditEvent): string | undefined {
  const { seq, prev, hash, type } = event;
  const next = (before?.seq ?? 0) + 1;
  if (hash !== rehash(event)) return "it was changed";
  if (seq < next) return "it stands in another order";
  if (seq > next) return type === "purged" ? undefined : `events ${next} to ${seq - 1} are missing`;
  return prev === (before?.hash ?? "") ? undefined : "it does not continue the event before";
}

/** An event that was made unreadable has no hash. */
function rehash(event: AuditEvent): string | undefined {
  try {
    return hashOf(event);
  } catch {
    return undefined;
  }
}

/**
 * Checks an export by itself: each chain in it is whole, and nothing in it was changed. That the last events were left out
 * only the store can tell: `gate.verify({ against })`.
 * @example await verifyTrail(linesOf("trail.ndjson"))
 * @throws AUDIT_BROKEN naming the first event that fails
 */
export async function verifyTrail(events: AsyncIterable<AuditEvent>): Promise<{ readonly events: number; readonly subjects: number }> {
  let count = 0;
  const tails = await tailsOf(counted(events, () => count++));
  return { events: count, subjects: tails.size };
}

async function* counted(events: AsyncIterable<AuditEvent>, count: () => void): AsyncGenerator<AuditEvent> {
  for await (const event of events) {
    count();
    yield event;
  }
}

/** The end of each chain in a trail, by its subject. @throws AUDIT_BROKEN */
export async function tailsOf(events: AsyncIterable<AuditEvent>): Promise<ReadonlyMap<string, Tail>> {
  const tails = new Map<string, Tail>();
  for await (const event of events) tails.set(event.subject, link(tails.get(event.subject), event));
  return tails;
}
