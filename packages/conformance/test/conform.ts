/**
 * `pnpm conform`: every harness of the repo, and the published matrix in docs/conformance.md. `--json` prints one JSON
 * object, `--check` compares the matrix instead of writing it. @module
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

const HARNESSES = ["packages/adapters/*/test/*.harness.ts", "packages/stores/*/test/*.harness.ts"];
/** Adapters are published on the store that people use first. */
const STORE = "packages/stores/sqlite/test/sqlite.harness.ts";

/** What others print goes to standard error: standard output is for the results alone. */
function run(command: string, args: readonly string[], stdout: "inherit" | 2): number {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", stdout, 2] });
  if (error) throw error;
  return status ?? 1;
}

const given = process.argv.slice(2);
const built = run("turbo", ["run", "build"], 2);
if (built !== 0) process.exit(built);

const harnesses = HARNESSES.flatMap((pattern) => globSync(pattern)).toSorted((a, b) => (a < b ? -1 : 1));
const options = [
  "--store",
  STORE,
  "--markdown",
  "docs/conformance.md",
  ...given.flatMap((option) => (option === "--json" ? ["--json", "-"] : [option])),
];
process.exitCode = run(process.execPath, ["packages/conformance/dist/cli/bin.js", ...harnesses, ...options], "inherit");
