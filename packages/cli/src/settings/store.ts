import { statSync } from "node:fs";
import type { StorePort } from "@countersign/core/store";
import { usage } from "../failure.ts";
import { isUrl } from "./config.ts";

const WHICH_STORE =
  'Which store? Give --store <file or postgres:// URL>, set COUNTERSIGN_STORE, or write {"store": "…"} into countersign.json.';

export interface StoreOptions {
  /** Make the file or the schema if there is none. A mistyped name shall not become an empty store. */
  readonly create?: boolean;
  readonly warn: (message: string) => void;
  /** A module that has the store, in place of ours. */
  readonly module?: string | undefined;
}

/**
 * Opens what an address names: `postgres://…`, where `?schema=` is the schema, or a SQLite file; or what a module makes of it.
 * @throws Failure for an address that is none, STORE_UNAVAILABLE, STORE_INCOMPATIBLE
 */
export async function openStore(address: string | undefined, { create = false, warn, module }: StoreOptions): Promise<StorePort> {
  if (module !== undefined) return (await import("./store-module.ts")).storeIn(module, address);
  if (address === undefined) throw usage(WHICH_STORE);
  if (isUrl(address)) return openPostgres(address, { create, warn });
  const file = statSync(address, { throwIfNoEntry: false });
  if (file?.isDirectory()) throw usage(`${address} is a folder. Name the SQLite file in it: --store ${address}/countersign.db.`);
  if (!create && !file?.size) {
    const what = file ? `${address} is empty. Check the name, or restore a backup.` : `There is no file ${address}. Check the name.`;
    throw usage(`${what} To make a new store there, run countersign migrate --store ${address}.`);
  }
  const { sqliteStore } = await import("@countersign/sqlite");
  return sqliteStore(address);
}

async function openPostgres(address: string, options: Required<Omit<StoreOptions, "module">>): Promise<StorePort> {
  const url = URL.parse(address);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) throw usage("Name a SQLite file, or a URL that begins with postgres://.");
  const schema = url.searchParams.get("schema");
  url.searchParams.delete("schema");
  const { postgresStore } = await import("@countersign/postgres");
  return postgresStore({ connectionString: url.href, max: 3, ...options, ...(schema !== null && { schema }) });
}

/** An address to show: never with its password. @param module that has the store */
export function storeName(address: string | undefined, module?: string): string {
  if (address === undefined) return module ?? "a store";
  if (!isUrl(address)) return address;
  const url = URL.parse(address);
  if (!url) return "a store";
  return `${url.protocol}//${url.host}${url.pathname}${url.searchParams.has("schema") ? `?schema=${url.searchParams.get("schema")}` : ""}`;
}
