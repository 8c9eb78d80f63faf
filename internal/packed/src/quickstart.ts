import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Project } from "./project.ts";
import { ROOT } from "./tarballs.ts";

/** A page that brings somebody from an empty folder to a signed payment. */
export interface Quickstart {
  readonly framework: string;
  readonly page: string;
  /** The file that its reader writes. */
  readonly file: string;
  /** What its reader tells npm to install. */
  readonly install: readonly string[];
}

export const quickstarts: readonly Quickstart[] = ["langgraph", "openai-agents", "ai-sdk", "openrouter"].map((framework) => {
  const page = readFileSync(join(ROOT, `docs/quickstart-${framework}.md`), "utf8");
  const [file = ""] = blocksOf(page, "js");
  const [install = ""] = blocksOf(page, "sh");
  return { framework, page, file, install: install.trim().replace("npm install ", "").split(" ") };
});

export function blocksOf(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, code = ""]) => code);
}

/**
 * Does what the page says, in a folder that has everything installed: runs its file, decides with its commands, runs its file
 * again. Expects what the page says that each prints, and one payment, of what was signed.
 */
export async function follow({ page, file }: Quickstart, { sh, read, cwd }: Project): Promise<void> {
  const exports = [...page.matchAll(/^export .+$/gm)].join("\n");
  const type = (line: string): Promise<string> => sh(`${exports}\n${line}`);
  const commandOf = (start: string): string => page.split("\n").find((line) => line.startsWith(start)) ?? `no line "${start}"`;
  const [firstRun, secondRun] = quotedAfter("node pay.mjs", page);
  writeFileSync(join(cwd, "pay.mjs"), file);

  const asked = await type("node pay.mjs");
  const id = /countersign approve (\w{32})/.exec(asked)?.[1] ?? "";
  expect(asked.replace(id, "")).toBe(firstRun?.replace(/\w{32}/, ""));
  expect(() => read("bank.txt")).toThrow("ENOENT");

  expect(await type(commandOf("npx countersign list"))).toContain(id);
  const shown = await type(commandOf("npx countersign show").replace("<id>", id));
  const digest = /^digest +│ (\w{64})$/m.exec(shown)?.[1] ?? "";
  await type(commandOf("npx countersign edit <id> --digest").replace("<id>", id).replace("<digest>", digest));

  const paid = await type("node pay.mjs");
  expect(paid).toBe(secondRun);
  expect(read("bank.txt")).toBe(`$4000 to Acme Corp, key ${id}\n`);
  expect(await type("node pay.mjs")).toBe(paid);
  expect(read("bank.txt").split("\n")).toHaveLength(2);
}

/** What the page says that a command prints, each time that it shows it. */
function quotedAfter(command: string, page: string): readonly string[] {
  return blocksOf(page, "console")
    .flatMap((block) => block.split(/^\$ /m))
    .flatMap((part) => (part.startsWith(`${command}\n`) ? [part.slice(command.length + 1)] : []));
}
