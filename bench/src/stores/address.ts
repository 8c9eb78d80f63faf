import type { StorePort } from "@countersign/core/store";
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
