import { createGate, type Acting, type Gate, type Origin, type Principal } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import type { Command } from "commander";
import { Failure, usage } from "./failure.ts";
import { EXIT } from "./exit.ts";
import { Output } from "./output/output.ts";
import { personalFile, readConfig, type Config } from "./settings/config.ts";
import { openStore, storeName } from "./settings/store.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  readonly store?: string;
  readonly storeModule?: string;
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

export async function roomOf(command: Command): Promise<Room> {
  const { store, storeModule, tenant, json = false } = command.optsWithGlobals<GlobalOptions>();
  const config = await readConfig(process.env, process.cwd());
  return {
    out: new Output(json),
    config: { ...config, store: store ?? config.store, storeModule: storeModule ?? config.storeModule },
    tenant: tenant ?? config.tenant ?? "default",
  };
}

/** Does the work with an open store, and closes it. */
export async function atDesk(
  command: Command,
  work: (desk: Desk) => Promise<void>,
  options: { readonly create?: boolean } = {},
): Promise<void> {
  const room = await roomOf(command);
  const { store: address, storeModule: module } = room.config;
  const warn = (message: string): void => room.out.warn(message);
  const store = await openStore(address, { ...options, warn, module });
  try {
    const gate = createGate({ store, tenant: room.tenant, warn });
    await work({ ...room, store, address: storeName(address, module), gate });
  } finally {
    await store.close();
  }
}

/** Who signs. There is no default: nobody signs by accident. @throws Failure that says how to configure it */
export function signer({ config: { identity, mistake } }: Room): Principal {
  if (mistake !== undefined) throw usage(mistake);
  if (identity) return identity;
  throw new Failure(
    EXIT.usage,
    `Who signs? Set COUNTERSIGN_AS=<your id> and COUNTERSIGN_ROLES=<role,role>, or write {"identity": {"id": "…", "roles": ["…"]}} into ${personalFile(process.env)}.`,
  );
}

/** Who acts, and where: the trail has both. @throws Failure if nobody is configured */
export async function acting(desk: Desk): Promise<Acting> {
  return { by: signer(desk), origin: await originOf(desk) };
}

/** The user and the machine, and the role that the database let the session in as. */
async function originOf({ store }: Desk): Promise<Origin> {
  return { ...(await import("@countersign/terminal")).originHere(), role: await store.role?.() };
}
