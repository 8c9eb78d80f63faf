import { existsSync, statSync } from "node:fs";
import type { StorePort } from "@countersign/core/store";
import { usage } from "../failure.ts";
import { isUrl } from "./config.ts";

export interface StoreOptions {
  /** Make the file or the schema if there is none. A mistyped name shall not become an empty store. */
  readonly create?: boolean;
  readonly warn: (message: string) => void;
}

/**
 * Opens what an address names: `postgres://…`, where `?schema=` is the schema, or a SQLite file.
 * @throws Failure for an address that is none, STORE_UNAVAILABLE, STORE_INCOMPATIBLE
 */
export async function openStore(address: string, { create = false, warn }: StoreOptions): Promise<StorePort> {
  if (isUrl(address)) return openPostgres(address, { create, warn });
  if (statSync(address, { throwIfNoEntry: false })?.isDirectory())
    throw usage(`${address} is a folder. Name the SQLite file in it: --store ${address}/countersign.db.`);
  if (!create && !existsSync(address))
    throw usage(`There is no file ${address}. Check the name. To make a new store there, run countersign migrate --store ${address}.`);
  const { sqliteStore } = await import("@countersign/sqlite");
  return sqliteStore(address);
}

async function openPostgres(address: string, options: Required<StoreOptions>): Promise<StorePort> {
  const url = URL.parse(address);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) throw usage("Name a SQLite file, or a URL that begins with postgres://.");
  const schema = url.searchParams.get("schema");
  url.searchParams.delete("schema");
  const { postgresStore } = await import("@countersign/postgres");
  return postgresStore({ connectionString: url.href, max: 3, ...options, ...(schema !== null && { schema }) });
}

/** An address to show: never with its password. */
export function storeName(address: string): string {
  if (!isUrl(address)) return address;
  const url = URL.parse(address);
  if (!url) return "a store";
  return `${url.protocol}//${url.host}${url.pathname}${url.searchParams.has("schema") ? `?schema=${url.searchParams.get("schema")}` : ""}`;
}
