/**
 * `pnpm conform`: every harness of the repo, and the published matrix in docs/conformance.md. `--json` prints one JSON
 * object, `--check` compares the matrix instead of writing it,
 * and does not try again what the tests have just tried. @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, rmSync, statSync } from "node:fs";
import { startPostgres } from "@countersign/postgres-server";

const HARNESSES = ["packages/adapters/*/test/*.harness.ts", "packages/stores/*/test/*.harness.ts"];
/** Adapters are published on the store that people use first, but for those made for another one. */
const STORE = "packages/stores/sqlite/test/sqlite.harness.ts";

/** What others print goes to standard error: standard output is for the results alone. Answers the exit code. */
async function run(command: string, args: readonly string[], stdout: "inherit" | 2): Promise<number> {
  const child = spawn(command, args, { stdio: ["ignore", stdout, 2] });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/** Where the tests keep their results, see vitest.config.ts. Those that are older than any of the sources are forgotten. */
const RESULTS = ".vitest/conformance";

function forgetOldResults(): void {
  const changed = Math.max(...globSync("{packages,internal}/**/{src,test}/**/*.ts").map((file) => statSync(file).mtimeMs));
  for (const file of globSync(`${RESULTS}/*.json`)) if (statSync(file).mtimeMs < changed) rmSync(file);
}

const given = process.argv.slice(2);
const built = await run("turbo", ["run", "build"], 2);
if (built !== 0) process.exit(built);

const harnesses = HARNESSES.flatMap((pattern) => globSync(pattern)).toSorted((a, b) => (a < b ? -1 : 1));
const options = [
  "--store",
  STORE,
  "--markdown",
  "docs/conformance.md",
  ...(given.includes("--check") ? ["--results", RESULTS] : []),
  ...given.flatMap((option) => (option === "--json" ? ["--json", "-"] : [option])),
];
forgetOldResults();
const server = await startPostgres();
process.env["COUNTERSIGN_POSTGRES"] = server.url;
process.exitCode = await run(process.execPath, ["packages/conformance/dist/cli/bin.js", ...harnesses, ...options], "inherit");
await server.stop();
