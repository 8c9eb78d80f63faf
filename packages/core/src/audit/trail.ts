import { z } from "zod";
import { hashOrNone } from "../canonical/json.ts";
import { jsonObjectSchema } from "../contract/decision.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { Principal } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
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
  const last = before?.seq ?? 0;
  if (hash !== hashOrNone(() => hashOf(event))) return "it was changed: its hash is of something else";
  if (seq <= last) return `it stands behind event ${last}: the order was changed, or an event was repeated`;
  if (seq > last + 1) return type === "purged" ? undefined : missing(last + 1, seq - 1);
  return prev === (before?.hash ?? "") ? undefined : "it continues another event than the one before it: one of them was replaced";
}

function missing(first: number, last: number): string {
  const [events, verb] = first === last ? [`event ${first}`, "is"] : [`events ${first} to ${last}`, "are"];
  return `${events} of its chain ${verb} missing before it, or the order was changed`;
}

/**
 * Checks an export by itself: each of its chains is whole, and nothing in it was changed. Events are read one after the
 * other, and of each chain only its end is kept. If the last events were left out, only the store can tell: `gate.verify({ against })`.
 * @example await verifyTrail(events) // each line of `countersign audit export`, through JSON.parse
 * @throws AUDIT_BROKEN naming the first event that fails, INVALID_ARGS for what is no event
 */
export async function verifyTrail(events: AsyncIterable<AuditEvent>): Promise<{ readonly events: number; readonly subjects: number }> {
  let count = 0;
  const tails = await tailsOf(events, () => count++);
  return { events: count, subjects: tails.size };
}

/** The end of each chain in a trail, by its subject. `look`: at each event, in turn. @throws AUDIT_BROKEN, INVALID_ARGS */
export async function tailsOf(events: AsyncIterable<AuditEvent>, look: (event: AuditEvent) => void): Promise<ReadonlyMap<string, Tail>> {
  const tails = new Map<string, Tail>();
  for await (const event of events) {
    parseInput(eventSchema, event, "event");
    tails.set(event.subject, link(tails.get(event.subject), event));
    look(event);
  }
  return tails;
}

/** Members that no hash covers are none of an event's. */
const eventSchema: z.ZodType<AuditEvent> = z.lazy(() =>
  z.strictObject({
    subject: z.string(),
    seq: z.int().positive(),
    prev: z.string(),
    hash: z.string(),
    type: z.string(),
    at: z.number(),
    actor: z.custom<Principal>((value) => jsonObjectSchema.safeParse(value).success).optional(),
    data: jsonObjectSchema,
  }),
) as z.ZodType<AuditEvent>;
