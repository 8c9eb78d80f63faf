// Every package under the oldest Node that it allows: what is published can be read, imported and used.
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { oldestNode, runOldest } from "@countersign/oldest-node";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const BIN = join(root, "packages/cli/dist/bin.js");

interface Manifest {
  readonly private?: boolean;
  readonly engines?: { readonly node?: string };
  readonly exports?: Readonly<Record<string, string | { readonly default: string }>>;
}

const packages = globSync("packages/{*,stores/*,adapters/*}/package.json", { cwd: root })
  .map((path) => ({ folder: join(root, dirname(path)), manifest: JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest }))
  .filter(({ manifest }) => !manifest.private);

/** Runs a module that is given as text. */
function evaluate(code: string, ...flags: readonly string[]) {
  return runOldest([...flags, "--input-type=module", "-e", code]);
}

test("it is the one that the packages name", async () => {
  expect(packages.length).toBeGreaterThan(10);
  expect(new Set(packages.map(({ manifest }) => manifest.engines?.node))).toEqual(new Set([">=22.13"]));
  const { stdout } = await runOldest(["--version"]);
  if (oldestNode !== process.execPath) expect(stdout).toBe("v22.13.0\n");
});

test("it understands every file that is published", async () => {
  const files = packages.flatMap(({ folder }) => globSync("dist/**/*.js", { cwd: folder }).map((file) => join(folder, file)));
  expect(files.length).toBeGreaterThan(packages.length);
  const code = `
    import { readFileSync } from "node:fs";
    import { SourceTextModule } from "node:vm";
    for (const identifier of ${JSON.stringify(files)}) {
      try { new SourceTextModule(readFileSync(identifier, "utf8").replace(/^#!.*/, ""), { identifier }); }
      catch (error) { console.log(identifier, String(error)); }
    }`;
  expect(await evaluate(code, "--experimental-vm-modules")).toMatchObject({ code: 0, stdout: "" });
});

test("it imports every entry of every package", async () => {
  const entries = packages.flatMap(({ folder, manifest: { exports = {} } }) =>
    Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [] : [pathToFileURL(join(folder, entry.default)).href])),
  );
  expect(entries.length).toBeGreaterThan(10);
  const code = `
    for (const entry of ${JSON.stringify(entries)}) {
      try { if (Object.keys(await import(entry)).length === 0) console.log(entry, "is empty"); }
      catch (error) { console.log(entry, String(error)); }
    }
    process.exit();`;
  expect(await evaluate(code)).toMatchObject({ code: 0, stdout: "" });
});

test("the command line makes a store, opens it again, lists and examines it, and says nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-oldest-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // As people run it: without any flags.
  const env = { PATH: process.env["PATH"], HOME: folder, COUNTERSIGN_STORE: join(folder, "store.db") };
  const command = (...args: readonly string[]) => runOldest([BIN, ...args], { cwd: folder, env });
  expect(await command("migrate")).toMatchObject({ code: 0, stderr: "" });
  expect(await command("list")).toMatchObject({ code: 0, stderr: "" });
  const { stdout, ...examined } = await command("doctor", "--json");
  expect(examined).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toContain('"problem"');
  expect((await command("show", "nobody", "--json")).stderr).toMatch(/^\{"error":/);
});
