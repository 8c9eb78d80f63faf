import type { StoreHarness } from "../contract/harness.ts";
import { storeCases } from "../store-suite/cases.ts";
import { openStoreEnv, storeCapabilities, type StoreCase } from "../store-suite/env.ts";
import type { Session } from "./session.ts";

/** The store suite on one harness. */
export function storeSession(url: string, harness: StoreHarness, seed?: number): Session<StoreCase> {
  const declared = storeCapabilities(harness);
  return {
    cases: storeCases,
    absence: ({ needs = [] }) => {
      const missing = needs.filter((need) => !declared[need]);
      return missing.length > 0 ? `not declared: ${missing.join(", ")}` : undefined;
    },
    async play(tried) {
      await using env = await openStoreEnv(url, tried, { seed });
      await tried.run(env);
    },
  };
}
