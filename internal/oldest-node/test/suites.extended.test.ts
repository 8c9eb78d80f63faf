// The tests of core and of the stores once more, under the oldest Node that the packages allow.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runOldest } from "@countersign/oldest-node";
import { expect, test } from "vitest";

const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const CONFIG = join(import.meta.dirname, "suites.config.ts");

test.each(["core", "stores"])("the tests of %s pass", { timeout: 900_000 }, async (suite) => {
  const { code, stderr } = await runOldest([VITEST, "run", "--config", CONFIG, "--project", suite]);
  // What failed, in the words of that run.
  expect(code, stderr).toBe(0);
});
