import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StorePort } from "@countersign/core/store";
import type { Case } from "../contract/case.ts";
import type { StoreHarness } from "../contract/harness.ts";
import { cutLines } from "../explain/brief.ts";
import type { Section } from "../explain/section.ts";
import { loadDefault } from "../run/load.ts";
import { openedBy } from "../run/open-store.ts";
import type { CallLog } from "./call-log.ts";
import { within } from "./check.ts";
import type { JobName, Params, Result } from "./process/jobs.ts";
import { start, type Child } from "./process/start.ts";

/** What a store may leave out. Cases that need it are then absent, not passed. */
export type StoreCapability = "durable" | "shared" | "listsGrants" | "damage";

/** What a case of the store suite gets: a location of its own, and processes to open it in. */
export interface StoreEnv {
  readonly harnessUrl: string;
  readonly harness: StoreHarness;
  /** In an empty folder of this case's own. */
  readonly location: string;
  /** Of everything random in this case. */
  readonly seed: number;
  /** Opens the location, or another one beside it; called again, the same store again. Closed with the case. */
  readonly open: (location?: string) => Promise<StorePort>;
  /** See {@link StoreHarness.damage}. Only for cases that need it. */
  readonly damage: (id: string) => Promise<void>;
  /** Runs a job on the location in a process of its own, which is killed with the case if it hasn't ended. */
  readonly spawn: <J extends JobName>(job: J, params: Params<J>, location?: string) => Child<Result<J>>;
  /** What those processes printed so far. */
  readonly printed: () => readonly Section[];
}

export type StoreCase = Case<StoreEnv, StoreCapability>;

export interface StoreEnvOptions {
  /** Of everything random. Default: always the same one. */
  readonly seed?: number | undefined;
  /** Where the calls of the case are written down. */
  readonly log?: CallLog | undefined;
}

const PRINTED_LINES = 20;
export const SEED = 20_261_120;

/** What this harness declares. */
export function storeCapabilities(harness: StoreHarness): Readonly<Record<StoreCapability, boolean>> {
  const { durable, shared, listsGrants = false } = harness;
  return { durable, shared, listsGrants, damage: harness.damage !== undefined };
}

/** A fresh location for one case. Disposing it ends the processes, closes the stores and removes the folder. */
export async function openStoreEnv(
  harnessUrl: string,
  { id }: Pick<StoreCase, "id">,
  { seed = SEED, log }: StoreEnvOptions = {},
): Promise<StoreEnv & AsyncDisposable> {
  const harness = await loadDefault<StoreHarness>(harnessUrl);
  const folder = await mkdtemp(join(tmpdir(), `${id}-`));
  const location = join(folder, "store");
  const stores: StorePort[] = [];
  const children: Child<unknown>[] = [];
  return {
    harnessUrl,
    harness,
    location,
    seed,
    open: async (at = location) => {
      const store = await openedBy(harnessUrl, harness, at);
      stores.push(store);
      return log ? log.watched(store) : store;
    },
    damage: async (id) => harness.damage?.(location, id),
    spawn: (job, params, at = location) => {
      const child = start(harnessUrl, at, job, params);
      children.push(child);
      return child;
    },
    printed: () =>
      children.flatMap((child, index) => {
        const lines = cutLines(child.printed(), PRINTED_LINES).filter((line) => line !== "");
        return lines.length > 0 ? [{ heading: `What process ${index + 1} of the case printed`, lines }] : [];
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(children.map((child) => child.kill()));
      // A store that can't be closed twice has its own case; here it must not hide what the running one found.
      await Promise.allSettled(stores.map(async (store) => within(5_000, "closing", store.close())));
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
