import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Tests of a package that need more than it stand with another one. */
const TESTED_BY: Readonly<Record<string, string>> = { "packages/core": "internal/core-tests" };

/** The folders of the packages in which a file differs from this commit, and of those that hold their tests. Relative to the root. */
export function changedPackages(root: string, commit: string): readonly string[] {
  const git = (...args: readonly string[]): readonly string[] =>
    execFileSync("git", args, { cwd: root, encoding: "utf8" })
      .split("\n")
      .filter((line) => line !== "");
  const files = [...git("diff", "--name-only", commit, "--"), ...git("ls-files", "--others", "--exclude-standard")];
  const folders = new Set<string>();
  for (const file of files) {
    const folder = packageOf(root, file);
    if (folder === undefined) continue;
    folders.add(folder);
    const tester = TESTED_BY[folder];
    if (tester !== undefined) folders.add(tester);
  }
  return [...folders].toSorted();
}

/** Undefined: the file belongs to the whole repository. */
function packageOf(root: string, file: string): string | undefined {
  for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) {
    if (existsSync(join(root, folder, "package.json"))) return folder;
  }
  return undefined;
}
