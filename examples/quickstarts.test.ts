// Each quickstart as its reader follows it: the file of the page, the commands of the page, and what the page says they print.
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { blocksOf, follow, projectIn, quickstarts } from "@countersign/packed";
import { afterAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
// Beneath the examples, where everything is installed that the pages install.
const folder = join(import.meta.dirname, ".data/quickstarts");
const folderOf = (framework: string): string => join(folder, framework);
rmSync(folder, { recursive: true, force: true });
for (const { framework, file } of quickstarts) {
  mkdirSync(folderOf(framework), { recursive: true });
  writeFileSync(join(folderOf(framework), "pay.ts"), file);
}
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(quickstarts)("the quickstart of $framework", (quickstart) => {
  const { framework, page, file, install } = quickstart;

  it("installs all that its file imports, in one command", () => {
    expect(blocksOf(page, "sh")).toEqual([`npm install ${install.join(" ")}\n`]);
    const installed = install.map((name) => name.replace(/(?<=.)@.*/, ""));
    const imported = [...file.matchAll(/(?:from |import\()"((?!node:)(?:@[^/"]+\/)?[^/"]+)/g)].map(([, name]) => name);
    expect(installed).toEqual(expect.arrayContaining([...imported, "@countersign/cli"]));
    expect(install).toContain("zod@4");
  });

  it("has one file, which begins with its name", () => {
    expect(blocksOf(page, "js")).toEqual([file]);
    expect(file).toMatch(/^\/\/ pay\.mjs\n/);
  });

  it("waits for a signature, pays once what was signed, and never again", async () => {
    // In place of npm's: npx takes a second to begin.
    const programs = join(folderOf(framework), "bin");
    mkdirSync(programs);
    const bin = join(dirname(createRequire(import.meta.url).resolve("@countersign/cli/package.json")), "dist/bin.js");
    const program = (name: string, line: string): void => writeFileSync(join(programs, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    program("npx", 'exec "$@"');
    program("countersign", `exec node "${bin}" "$@"`);
    await follow(quickstart, projectIn(folderOf(framework), [dirname(process.execPath), programs]));
  });
});

it("is TypeScript as well: the files have no errors, under strict rules", async () => {
  const compilerOptions = {
    exactOptionalPropertyTypes: false,
    noPropertyAccessFromIndexSignature: false,
    // Installed for the page's real model, and here for the adapter's own tests only.
    paths: { "@ai-sdk/openai": [join(root, "packages/adapters/ai-sdk/node_modules/@ai-sdk/openai/dist/index.d.ts")] },
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, exclude: [], include: ["*/pay.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch(
    (error: unknown) => error as { stdout: string },
  );
  expect(stdout).toBe("");
});
