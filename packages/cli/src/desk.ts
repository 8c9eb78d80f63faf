import { createGate, type Gate, type Principal } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import type { Command } from "commander";
import { Failure, usage } from "./failure.ts";
import { EXIT } from "./exit.ts";
import { meantRequest } from "./meant-request.ts";
import { Output } from "./output/output.ts";
import { personalFile, readConfig, type Config } from "./settings/config.ts";
import { openStore, storeName } from "./settings/store.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  readonly store?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** What a command works with that needs no store. */
export interface Room {
  readonly out: Output;
  readonly config: Config;
  readonly tenant: string;
}

/** What a command works with. Its gate has no policy: it decides, and the agent's own policy has the last word on an edit. */
export interface Desk extends Room {
  readonly gate: Gate;
  readonly store: StorePort;
  /** The store's address, fit to be shown. */
  readonly address: string;
}

export function roomOf(command: Command): Room {
  const { store, tenant, json = false } = command.optsWithGlobals<GlobalOptions>();
  const config = readConfig(process.env, process.cwd());
  return {
    out: new Output(json),
    config: { ...config, store: store ?? config.store },
    tenant: tenant ?? config.tenant ?? "default",
  };
}

/** Does the work with an open store, and closes it. */
export async function atDesk(
  command: Command,
  work: (desk: Desk) => Promise<void>,
  options: { readonly create?: boolean } = {},
): Promise<void> {
  const room = roomOf(command);
  const address = room.config.store;
  if (address === undefined)
    throw usage(
      'Which store? Give --store <file or postgres:// URL>, set COUNTERSIGN_STORE, or write {"store": "…"} into countersign.json.',
    );
  const warn = (message: string): void => room.out.warn(message);
  await using store = await openStore(address, { ...options, warn });
  const gate = createGate({ store, tenant: room.tenant, warn });
  try {
    await work({ ...room, store, address: storeName(address), gate });
  } catch (error) {
    throw await meantRequest(error, gate);
  }
}

/** Who signs. There is no default: nobody signs by accident. @throws Failure that says how to configure it */
export function signer({ config: { identity } }: Room): Principal {
  if (identity) return identity;
  throw new Failure(
    EXIT.usage,
    `Who signs? Set COUNTERSIGN_AS=<your id> and COUNTERSIGN_ROLES=<role,role>, or write {"identity": {"id": "…", "roles": ["…"]}} into ${personalFile(process.env)}.`,
  );
}
