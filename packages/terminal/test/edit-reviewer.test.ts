// Whoever sits at the agent's own terminal edits in the same way.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { spawn } from "@lydell/node-pty";
import { afterAll, expect, it } from "vitest";
import { COMPILED } from "./support/person.ts";

const home = mkdtempSync(join(tmpdir(), "countersign-reviewer-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What is typed sooner after a question wasn't meant for it. */
const GUARD = 400;

/** Starts the agent, answers each question, and waits for the end. */
async function reviewed(editor: string, answers: readonly (readonly [question: string, ...keys: readonly string[]])[]): Promise<string> {
  const script = join(home, "editor.mjs");
  writeFileSync(script, `import { readFileSync, writeFileSync } from "node:fs";\nconst file = process.argv.at(-1);\n${editor}\n`);
  const env = {
    PATH: process.env["PATH"] ?? "",
    TERM: "xterm",
    NODE_COMPILE_CACHE: COMPILED,
    XDG_STATE_HOME: home,
    VISUAL: `'${process.execPath}' '${script}'`,
  };
  const pty = spawn(process.execPath, [join(import.meta.dirname, "support/reviewer.process.ts")], { cols: 100, rows: 40, env });
  let output = "";
  pty.onData((data) => (output += stripVTControlCharacters(data)));
  const ended = new Promise((resolve) => pty.onExit(resolve));
  let seen = 0;
  for (const [question, ...keys] of answers) {
    await expect.poll(() => output.slice(seen), { timeout: 20_000 }).toContain(question);
    seen = output.length;
    for (const key of keys) {
      await new Promise((resolve) => setTimeout(resolve, GUARD));
      pty.write(key);
    }
  }
  await ended;
  return output;
}

const write = (amount: string): string => `writeFileSync(file, readFileSync(file, "utf8").replace(/^amount: .*/m, "amount: ${amount}"));`;
const kept = (): readonly string[] => (existsSync(join(home, "countersign")) ? readdirSync(join(home, "countersign/edits")) : []);

it("opens the editor, shows what differs, asks for what has to be typed, and signs", async () => {
  const output = await reviewed(write("4000"), [
    ["e = edit", "e"],
    ["type what stands at args.amount", "4", "0", "0", "0", "\r"],
    ["Sign this?", "y"],
  ]);
  expect(output).toMatch(/yours: 4000/);
  expect(output).toContain('ENDED approved {"amount":4000,"recipient":"Acme Corp"} by alice');
  expect(kept()).toEqual([]);
});

it("keeps what was written where nothing is signed", async () => {
  const output = await reviewed(write("[lots"), [
    ["e = edit", "e"],
    ["Enter = edit again", "q", "\r"],
  ]);
  expect(output).toContain("ENDED pending");
  expect(output).toContain(`Your text is kept in ${home}`);
  expect(readFileSync(join(home, "countersign/edits", kept()[0] ?? ""), "utf8")).toContain("amount: [lots");
});
