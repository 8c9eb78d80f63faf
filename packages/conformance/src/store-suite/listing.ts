import type { StorePort } from "@countersign/core/store";
import { Absent } from "../contract/absent.ts";

export type ListingStore = StorePort & Required<Pick<StorePort, "listThreads">>;

/** A store may leave lists of threads out. @throws Absent if it does */
export function listing(store: StorePort): ListingStore {
  if (canList(store)) return store;
  throw new Absent("the store has no listThreads: it can't say which runs keep failing");
}

function canList(store: StorePort): store is ListingStore {
  return store.listThreads !== undefined;
}
