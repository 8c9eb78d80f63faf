import { resolve } from "node:path";
import { LongestFirst, Progress } from "@countersign/test-run/vitest";
import { configDefaults, defineConfig } from "vitest/config";

const FOLDERS = ["{packages,internal}/**/test/**", "examples/**", "bench/test/**"];
const exclude = [...configDefaults.exclude, "examples/usage/**"];

export default defineConfig({
  test: {
    // Real processes, real kills, real files: two forks, and time enough for a slow machine.
    pool: "forks",
    maxWorkers: 2,
    // A framework is loaded once by each fork, not once by each file. What a test changes of its process, it changes back.
    isolate: false,
    restoreMocks: true,
    // Within a file, where tests say that they may run side by side. Most of these wait for a lease or a deadline.
    maxConcurrency: 6,
    // For a machine that others keep busy: what takes seconds on an idle one takes a minute there.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Sources run as Node runs them.
    experimental: { viteModuleRunner: false },
    sequence: { sequencer: LongestFirst },
    globalSetup: "@countersign/test-run/global-setup",
    reporters: [new Progress(), ...(process.env["CI"] ? ["json"] : [])],
    env: { COUNTERSIGN_CONFORMANCE_RESULTS: resolve(".vitest/conformance") },
    projects: [
      // What runs before every commit.
      {
        extends: true,
        test: { name: "everyday", include: FOLDERS.map((folder) => `${folder}/*.test.ts`), exclude: [...exclude, "**/*.extended.test.ts"] },
      },
      // The rest of `test:all`: further shapes, versions and seeds, mutants, chaos.
      { extends: true, test: { name: "extended", include: FOLDERS.map((folder) => `${folder}/*.extended.test.ts`), exclude } },
    ],
  },
});
