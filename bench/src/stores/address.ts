import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { postgresStore } from "@countersign/postgres";
import { sqliteStore } from "@countersign/sqlite";

/** Where a store is, for other processes too. */
export type Address =
  | { readonly type: "sqlite"; readonly path: string }
  | { readonly type: "postgres"; readonly url: string; readonly schema: string };

/** @param connections at the most, where a store has several */
export function openAt(address: Address, connections: number = 10): StorePort {
  if (address.type === "sqlite") return sqliteStore(address.path);
  return postgresStore({ connectionString: address.url, schema: address.schema, max: connections });
}

/** A store that has answered once: what opening it takes is over. Without an address one in memory. */
export async function readyAt(address: Address | undefined): Promise<StorePort> {
  const store = address ? openAt(address) : memoryStore();
  await store.now();
  return store;
}
