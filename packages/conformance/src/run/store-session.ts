import { Explained } from "../explain/explained.ts";
import type { StoreHarness } from "../contract/harness.ts";
import { storeCases } from "../store-suite/cases.ts";
import { CallLog } from "../store-suite/call-log.ts";
import { within } from "../store-suite/check.ts";
import { openStoreEnv, SEED, storeCapabilities, type StoreCase } from "../store-suite/env.ts";
import type { Session } from "./session.ts";

/** For a slow machine. A case that takes longer waits for an answer that doesn't come. */
const PATIENCE_MS = 170_000;

/** The store suite on one harness. */
export function storeSession(url: string, harness: StoreHarness, seed: number = SEED): Session<StoreCase> {
  const declared = storeCapabilities(harness);
  return {
    url,
    seed,
    cases: storeCases,
    absence: ({ needs = [] }) => {
      const missing = needs.filter((need) => !declared[need]);
      return missing.length > 0 ? `not declared: ${missing.join(", ")}` : undefined;
    },
    async play(tried, told) {
      const log = new CallLog();
      await using env = await openStoreEnv(url, tried, { seed, log });
      try {
        await within(PATIENCE_MS, "the case ends", tried.run(env));
      } catch (error) {
        // A schedule tells its own steps, and its calls are those of many tries.
        if (!(error instanceof Explained)) told.push(...(await log.sections()));
        told.push(...env.printed());
        throw error;
      }
    },
  };
}
