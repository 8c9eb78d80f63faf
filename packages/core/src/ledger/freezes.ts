import type { NewEvent } from "../audit/chain.ts";
import { threadSubject } from "../audit/subject.ts";
import { jsonCopy } from "../canonical/json.ts";
import { freezesSchema, type Freeze } from "../contract/freeze.ts";
import type { ThreadRecord } from "../store/records.ts";
import { unreadableRecord } from "../store/unreadable.ts";
import type { Ledger } from "./ledger.ts";
import { FREEZES } from "./reserved.ts";
import { putThread } from "./transition.ts";
import type { Writes } from "./writes.ts";

/** What is frozen, by the record with this fence. */
export interface InForce {
  readonly inForce: readonly Freeze[];
  readonly fence: number;
}

/** What is frozen, and the record that says so. */
export interface Freezes {
  readonly inForce: readonly Freeze[];
  readonly record: ThreadRecord;
}

/**
 * Undefined: nobody has written anything in this tenant.
 * @throws STORE_UNAVAILABLE (not retryable) for a corrupt record: what is frozen must not be guessed
 */
export async function readFreezes(ledger: Ledger): Promise<Freezes | undefined> {
  const record = await ledger.thread(FREEZES);
  if (!record) return undefined;
  const parsed = freezesSchema.safeParse((record.context as { freezes?: unknown } | undefined)?.freezes);
  if (parsed.success) return { inForce: parsed.data, record };
  throw unreadableRecord(threadSubject(FREEZES), "it does not say what is frozen");
}

/** The same, of a record that is made if it isn't there. @throws STORE_UNAVAILABLE */
export async function demandFreezes(ledger: Ledger): Promise<Freezes> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await readFreezes(ledger);
    if (found) return found;
    // The read has seen that it is gone: so the next commit makes it.
    await ledger.found();
  }
  throw unreadableRecord(threadSubject(FREEZES), "the store neither shows it nor lets it be made");
}

/** Others may make it at the same moment, and then it is there. */
const TRIES = 5;

/** From now on these are in force. */
export function putFreezes(record: ThreadRecord, inForce: readonly Freeze[], happening: NewEvent): Writes {
  return putThread(record, { fence: record.fence + 1, context: jsonCopy({ freezes: inForce }) }, happening);
}
