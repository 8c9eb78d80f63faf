import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { changedPackages } from "../src/changed.ts";

let root = "";
const git = (...args: readonly string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" });
function write(file: string, text = ""): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
function commit(): void {
  git("add", "-A");
  git("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qm", "state");
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "countersign-changed-"));
  git("init", "-q");
  write("package.json", "{}");
  for (const folder of ["packages/core", "packages/testing", "internal/core-tests", "packages/stores/sqlite"]) {
    write(`${folder}/package.json`, "{}");
    write(`${folder}/src/index.ts`, "1");
  }
  commit();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("names nothing while nothing has changed, or only what belongs to no package", () => {
  expect(changedPackages(root, "HEAD")).toEqual([]);
  write("README.md", "changed");
  expect(changedPackages(root, "HEAD")).toEqual([]);
});

it("names the package of a file that is changed, new or gone", () => {
  write("packages/stores/sqlite/src/index.ts", "2");
  expect(changedPackages(root, "HEAD")).toEqual(["packages/stores/sqlite"]);
  write("packages/testing/test/deep/new.ts");
  expect(changedPackages(root, "HEAD")).toEqual(["packages/stores/sqlite", "packages/testing"]);
  rmSync(join(root, "packages/stores/sqlite/src/index.ts"));
  expect(changedPackages(root, "HEAD")).toEqual(["packages/stores/sqlite", "packages/testing"]);
});

it("names the package that tests core with it", () => {
  write("packages/core/src/index.ts", "2");
  expect(changedPackages(root, "HEAD")).toEqual(["internal/core-tests", "packages/core"]);
});

it("compares with an older commit", () => {
  write("packages/stores/sqlite/src/index.ts", "2");
  commit();
  expect(changedPackages(root, "HEAD")).toEqual([]);
  expect(changedPackages(root, "HEAD~1")).toEqual(["packages/stores/sqlite"]);
});
