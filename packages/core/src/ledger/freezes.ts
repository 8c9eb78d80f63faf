import type { NewEvent } from "../audit/chain.ts";
import { threadSubject } from "../audit/subject.ts";
import { jsonCopy, sha256 } from "../canonical/json.ts";
import { freezesSchema, type Freeze } from "../contract/freeze.ts";
import type { ThreadRecord } from "../store/records.ts";
import { unreadableRecord } from "../store/unreadable.ts";
import { blankThread } from "./blank-thread.ts";
import type { Ledger, Writes } from "./ledger.ts";
import { putThread } from "./transition.ts";

/** All freezes of a tenant are in one record, kept as a thread is: each change raises its fence, which claims require. */
export const FREEZES = "countersign/freezes";

/** What is frozen, and the record that says so. Undefined: nothing ever was. */
export interface Freezes {
  readonly inForce: readonly Freeze[];
  readonly record: ThreadRecord | undefined;
}

/** @throws STORE_UNAVAILABLE (not retryable) for a corrupt record: what is frozen must not be guessed */
export async function readFreezes(ledger: Ledger): Promise<Freezes> {
  const record = await ledger.thread(FREEZES);
  if (!record) return { inForce: [], record };
  const parsed = freezesSchema.safeParse((record.context as { freezes?: unknown } | undefined)?.freezes);
  if (parsed.success) return { inForce: parsed.data, record };
  throw unreadableRecord(threadSubject(FREEZES), "it does not say what is frozen");
}

/** From now on these are in force. */
export function putFreezes(tenant: string, record: ThreadRecord | undefined, inForce: readonly Freeze[], happening: NewEvent): Writes {
  // Closed: no worker ever takes it up.
  const old: ThreadRecord = record ?? { ...blankThread(tenant, FREEZES), state: "closed" };
  const next = { ...old, fence: old.fence + 1, context: jsonCopy({ freezes: inForce }) };
  return putThread(next, old.version, { ...happening, data: { ...happening.data, digest: freezesDigest(next) } });
}

/** The chain says what is in force, so that a freeze taken out of the record by hand is found. */
export function freezesDigest({ context }: ThreadRecord): string {
  return sha256(context ?? null);
}
