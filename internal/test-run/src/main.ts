/** `pnpm test`, `pnpm test:all`, `pnpm test:extended`: builds what changed, then runs vitest on the wanted files. @module */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { changedPackages } from "./changed.ts";
import { isLong } from "./long.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

const HELP = `pnpm test [files...] [options]

Runs what belongs into every day. With files, or parts of their paths, it runs those, whatever they belong to.

  --changed[=commit]   the quick tests of the packages that differ from this commit; default HEAD: what you have not committed
  --all                everything: further shapes, versions and seeds, mutants and chaos as well
  --extended           only what --all adds
  Every other option goes to vitest, such as -t "name".
`;

const OWN = /^--(all|extended|changed(=.*)?|help)$/;

function main(given: readonly string[]): number {
  if (given.includes("--help")) {
    process.stdout.write(HELP);
    return 0;
  }
  const options = given.filter((argument) => OWN.test(argument));
  const passedOn = given.filter((argument) => !OWN.test(argument));
  const quick = quickTests(options);
  if (quick?.length === 0) {
    process.stdout.write("No package with quick tests has changed.\n");
    return 0;
  }
  // Compiled code is kept for whatever process loads it next.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(ROOT, ".vitest/compile-cache") };
  const run = (command: string, args: readonly string[]): number =>
    spawnSync(command, args, { cwd: ROOT, env, stdio: "inherit" }).status ?? 1;
  const lane = laneOf(options, passedOn);
  const selected = lane === undefined ? [] : ["--project", lane];
  // What CI counts.
  const results = `--outputFile.json=.vitest/results/${lane ?? "all"}.json`;
  const code = run("turbo", ["run", "build"]) || run("vitest", ["run", results, ...selected, ...(quick ?? []), ...passedOn]);
  if (quick)
    process.stdout.write("Not run: the files of these packages that take ten seconds and more, and the packages that build on them.\n");
  else if (lane === "everyday") process.stdout.write(leftOut());
  return code;
}

/** What the everyday run does not run. */
function leftOut(): string {
  const files = testsIn("{packages,internal,examples,bench}", "*.extended.test.ts");
  const list = files.map((file) => `  ${file}\n`);
  return `Not run: ${files.length} files with further shapes, versions and seeds, mutants and chaos. test:all runs them, too:\n${list.join("")}`;
}

/** Of what has changed. Undefined: nobody asked for that. */
function quickTests(options: readonly string[]): readonly string[] | undefined {
  const changed = options.find((option) => option.startsWith("--changed"));
  if (changed === undefined) return undefined;
  const folders = changedPackages(ROOT, changed.split("=")[1] ?? "HEAD");
  return testsIn(folders.length === 1 ? `${folders[0]}` : `{${folders.join(",")}}`, "*.test.ts").filter((file) => !isLong(file));
}

/** Relative to the root, in order. */
function testsIn(folders: string, name: string): readonly string[] {
  return globSync(`${folders}/**/${name}`, { cwd: ROOT, exclude: ["**/node_modules", "examples/usage"] }).toSorted();
}

/** Undefined: every lane. Whoever names files means those, whatever lane they are in. */
function laneOf(options: readonly string[], passedOn: readonly string[]): "everyday" | "extended" | undefined {
  if (options.includes("--all") || passedOn.length > 0) return undefined;
  return options.includes("--extended") ? "extended" : "everyday";
}

process.exitCode = main(process.argv.slice(2));
