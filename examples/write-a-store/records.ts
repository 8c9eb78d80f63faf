import { readEach, unreadableRecord, type GrantRecord, type RequestRecord } from "@countersign/core/store";
import { idIn, key } from "./keys.ts";
import type { Transaction } from "./kv.ts";
import type { Packed } from "./thread.ts";

interface Kinds {
  readonly request: RequestRecord;
  readonly thread: Packed;
  readonly grant: GrantRecord;
}
type Kind = keyof Kinds;

/** Undefined: nothing is kept there. @throws STORE_UNAVAILABLE naming the record, for bytes that aren't what was written */
export function recordAt<K extends Kind>(tx: Transaction, kind: K, place: string): Kinds[K] | undefined {
  try {
    return tx.get(place) as Kinds[K] | undefined;
  } catch (cause) {
    const id = kind === "request" ? idIn(place) : `${kind}/${idIn(place)}`;
    throw unreadableRecord(id, "what is kept is no JSON", cause);
  }
}

/** All of a tenant that can be read. */
export function readable<K extends Kind>(tx: Transaction, tenant: string, kind: K): readonly Kinds[K][] {
  return readEach([...tx.keys(key(tenant, kind))], (place) => recordAt(tx, kind, place)).items.flatMap((record) => record ?? []);
}
