// The same story as on LangGraph, with the same approvals.ts, without a terminal.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const env = { ...process.env, OPENROUTER_API_KEY: "" };

async function demo(...sentence: string[]): Promise<{ readonly output: string; readonly bank: readonly object[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "demo.ts"), ...sentence], { env });
  const threadId = /thread (pay-\d+)/.exec(stdout)?.[1];
  const ledger = threadId === undefined ? "" : readFileSync(join(import.meta.dirname, ".data", `${threadId}.jsonl`), "utf8");
  return { output: stdout, bank: ledger.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as object])) };
}

it("pays each vendor once, the edited amount", async () => {
  const { output, bank } = await demo();
  expect(bank).toHaveLength(2);
  expect(bank).toContainEqual({ recipient: "Acme Corp", amount: 4_000, invoice: "88", idempotencyKey: expect.any(String) as string });
  expect(bank).toContainEqual({ recipient: "Globex", amount: 300, idempotencyKey: expect.any(String) as string });
  expect(output).toContain("A person reviewed this call and changed its arguments before it ran.");
  expect(output).toContain("completed, replayed; completed, replayed");
  expect(output).toMatch(/verified: \d+ events/);
});

it("pays nothing when there is nothing to pay", async () => {
  expect((await demo("What", "can", "you", "do?")).output).toContain("I only know payments");
});
