import { resolve } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages,internal}/**/test/**/*.test.ts", "examples/**/*.test.ts", "bench/test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "examples/usage/**"],
    // Real processes, real kills, real files: two forks, and time enough for a slow machine.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: process.env["CI"] ? ["default", "json"] : ["default"],
    env: { COUNTERSIGN_CONFORMANCE_RESULTS: resolve(".vitest/conformance") },
    outputFile: { json: ".vitest/results.json" },
  },
});
