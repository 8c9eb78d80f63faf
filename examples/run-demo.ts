// For the tests of the demos: one of them in a process of its own, without a terminal and without anybody's key.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** No key of a model: the stand-in answers. */
export const OFFLINE = { ...process.env, OPENAI_API_KEY: "", ANTHROPIC_API_KEY: "", OPENROUTER_API_KEY: "" };

interface Told {
  readonly output: string;
  /** The payments of its thread. A story in which nobody is asked names no thread, and only says what the bank has paid. */
  readonly bank: readonly object[] | undefined;
}

export async function runDemo(folder: string, ...sentence: string[]): Promise<Told> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "demo.ts"), ...sentence], { env: OFFLINE });
  const threadId = /thread (pay-\d+)/.exec(stdout)?.[1];
  return { output: stdout, bank: threadId === undefined ? undefined : linesOf(join(folder, ".data", `${threadId}.jsonl`)) };
}

function linesOf(ledger: string): readonly object[] {
  return readFileSync(ledger, "utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as object]));
}
