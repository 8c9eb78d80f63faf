// Each quickstart as its reader follows it: the file of the page, the commands of the page, and what the page says they print.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = join(import.meta.dirname, ".data/quickstarts");
const bin = join(dirname(createRequire(import.meta.url).resolve("@countersign/cli/package.json")), "dist/bin.js");
const run = promisify(execFile);

interface Quickstart {
  readonly framework: string;
  readonly page: string;
  readonly file: string;
  /** What npm is told to install. */
  readonly install: readonly string[];
  /** Where its reader works. */
  readonly cwd: string;
}

const quickstarts = ["langgraph", "openai-agents", "ai-sdk", "openrouter"].map((framework): Quickstart => {
  const page = readFileSync(join(root, `docs/quickstart-${framework}.md`), "utf8");
  const [file = ""] = blocksOf(page, "js");
  const [install = ""] = blocksOf(page, "sh");
  const cwd = join(folder, framework);
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, "pay.mjs"), file);
  writeFileSync(join(cwd, "pay.ts"), file);
  return { framework, page, file, install: install.trim().split(" "), cwd };
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function blocksOf(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, code = ""]) => code);
}

/** A command of the page, typed into the shell in which the page's exports were. */
async function typed(command: string, { page, cwd }: Quickstart): Promise<string> {
  const exports = [...page.matchAll(/^export .+$/gm)].join("\n");
  const here = command.replaceAll("npx countersign", `"${process.execPath}" "${bin}"`).replace(/^node /, `"${process.execPath}" `);
  const env = { ...process.env, OPENAI_API_KEY: undefined, OPENROUTER_API_KEY: undefined };
  return (await run("sh", ["-ec", `${exports}\n${here}`], { cwd, env })).stdout;
}

function lineOf({ page }: Quickstart, command: string): string {
  const line = page.split("\n").find((text) => text.startsWith(command));
  if (line === undefined) throw new Error(`The page has no line that starts with "${command}".`);
  return line;
}

describe.each(quickstarts)("the quickstart of $framework", (quickstart) => {
  const { page, file, install, cwd } = quickstart;

  it("installs all that its file imports, in one command", () => {
    expect(blocksOf(page, "sh")).toHaveLength(1);
    expect(install.slice(0, 2)).toEqual(["npm", "install"]);
    const installed = install.slice(2).map((name) => name.replace(/(?<=.)@.*/, ""));
    const imported = [...file.matchAll(/(?:from |import\()"((?!node:)(?:@[^/"]+\/)?[^/"]+)/g)].map(([, name]) => name);
    expect(installed).toEqual(expect.arrayContaining([...imported, "@countersign/cli"]));
    expect(install).toContain("zod@4");
  });

  it("has one file, which begins with its name", () => {
    expect(blocksOf(page, "js")).toHaveLength(1);
    expect(file).toMatch(/^\/\/ pay\.mjs\n/);
  });

  it("waits for a signature, pays once what was signed, and never again", async () => {
    const bank = (): string => readFileSync(join(cwd, "bank.txt"), "utf8");
    const asked = await typed("node pay.mjs", quickstart);
    const id = /countersign approve (\w{32})/.exec(asked)?.[1] ?? "";
    expect(asked.replace(id, "")).toBe(quotedAfter("node pay.mjs", page)[0]?.replace(/\w{32}/, ""));
    expect(bank).toThrow("ENOENT");

    expect(await typed(lineOf(quickstart, "npx countersign list"), quickstart)).toContain(id);
    const shown = await typed(lineOf(quickstart, "npx countersign show").replace("<id>", id), quickstart);
    const digest = /^digest +(\w{64})$/m.exec(shown)?.[1] ?? "";
    await typed(lineOf(quickstart, "npx countersign edit <id> --digest").replace("<id>", id).replace("<digest>", digest), quickstart);

    const paid = await typed("node pay.mjs", quickstart);
    expect(paid).toBe(quotedAfter("node pay.mjs", page)[1]);
    expect(bank()).toBe(`$4000 to Acme Corp, key ${id}\n`);
    expect(await typed("node pay.mjs", quickstart)).toBe(paid);
    expect(bank().split("\n")).toHaveLength(2);
  });
});

/** What the page says that a command prints, each time that it shows it. */
function quotedAfter(command: string, page: string): readonly string[] {
  return blocksOf(page, "console")
    .flatMap((block) => block.split(/^\$ /m))
    .flatMap((part) => (part.startsWith(`${command}\n`) ? [part.slice(command.length + 1)] : []));
}

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
  const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch((error: unknown) => error as { stdout: string });
  expect(stdout).toBe("");
});
