import type { StorePort } from "@countersign/core/store";
import { Absent } from "../contract/absent.ts";

export type PurgingStore = StorePort & Required<Pick<StorePort, "closedThreads">>;

/** A store may leave purging out. @throws Absent if it does */
export function purging(store: StorePort): PurgingStore {
  if (canPurge(store)) return store;
  throw new Absent("the store has no closedThreads: it can't purge");
}

function canPurge(store: StorePort): store is PurgingStore {
  return store.closedThreads !== undefined;
}
