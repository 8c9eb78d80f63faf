import type { StorePort } from "@countersign/core/store";
import { sqliteStore } from "@countersign/sqlite";

/** Where a store is, for other processes. */
export interface Address {
  readonly type: "sqlite";
  readonly path: string;
}

export function openAt({ path }: Address): StorePort {
  return sqliteStore(path);
}
