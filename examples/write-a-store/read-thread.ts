import type { ThreadRead } from "@countersign/core/store";
import { keys } from "./keys.ts";
import type { Transaction } from "./kv.ts";
import { recordAt } from "./records.ts";
import { unpacked } from "./thread.ts";

/** Where a request that hasn't finished is kept, and its number among those that were asked. */
interface UnderWay {
  readonly number: number;
  readonly place: string;
}

/** A thread with what is under way in it. One transaction is one moment. */
export function readThread(tx: Transaction, tenant: string, id: string, now: number): ThreadRead {
  const thread = recordAt(tx, "thread", keys.thread(tenant, id));
  const underWay = [...tx.scan(keys.unfinished(tenant, id))] as UnderWay[];
  const unfinished = underWay.toSorted((a, b) => a.number - b.number).flatMap(({ place }) => recordAt(tx, "request", place) ?? []);
  return { thread: thread && unpacked(thread), unfinished, now };
}
