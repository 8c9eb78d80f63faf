import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What runs under the oldest Node, in the run that started it: its PostgreSQL serves these files, too. */
const SUITES = {
  core: [
    "packages/core/test/*.test.ts",
    "packages/testing/test/*.test.ts",
    "internal/core-tests/test/{budgets,{gate,suspend,decide,resume,run,work,ledger}/*}.test.ts",
  ],
  stores: [
    "packages/stores/{memory,sqlite}/test/*.test.ts",
    "packages/stores/postgres/test/postgres.test.ts",
    "examples/write-a-store/*.test.ts",
  ],
} as const;

export default defineConfig({
  root: fileURLToPath(new URL("../../../", import.meta.url)),
  test: {
    pool: "forks",
    maxWorkers: 2,
    maxConcurrency: 6,
    isolate: false,
    restoreMocks: true,
    // Beside all other tests, on two cores: what takes five seconds on an idle machine took more than a minute there.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ["default"],
    projects: Object.entries(SUITES).map(([name, include]) => ({ extends: true, test: { name, include: [...include] } })),
  },
});
