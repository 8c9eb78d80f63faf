// The tests of core and of the stores once more, and some cases on each adapter, under the oldest Node that the packages allow.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { environment, runOldest, type RunOptions } from "@countersign/oldest-node";
import { testDatabase } from "@countersign/test-run";
import { describe, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const SUITE = join(root, "packages/conformance/dist/cli/bin.js");
const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const CONFIG = join(import.meta.dirname, "suites.config.ts");

// One after the other: each has two workers, beside whatever else runs on these cores.
test.for(["core", "stores"])("the tests of %s pass", { timeout: 900_000 }, async (suite, { expect, signal }) => {
  expect(await ended([VITEST, "run", "--config", CONFIG, "--project", suite], { env: environment, signal })).toBe(0);
});

// LangGraph's checkpoints in PostgreSQL: better-sqlite3 ends Node 22.13 with a segmentation fault.
describe("an adapter under the oldest Node", () => {
  test.concurrent.for([
    "langgraph/test/postgres.harness.ts",
    "openai-agents/test/function-tools.harness.ts",
    "ai-sdk/test/generate-v7.harness.ts",
    "openrouter/test/callmodel.harness.ts",
  ])("%s keeps what was signed", async (harness, { expect, signal }) => {
    const env = { ...environment, COUNTERSIGN_POSTGRES: await testDatabase() };
    expect(await ended([SUITE, join(root, "packages/adapters", harness), "--case", "once.approve"], { env, signal })).toBe(0);
  });
});

/** Fails in the words of that run, whole: an assertion would cut them. */
async function ended(program: readonly string[], options: RunOptions): Promise<number> {
  const { code, stdout, stderr } = await runOldest(program, options);
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  return code;
}
