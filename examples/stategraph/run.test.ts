import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("pays what was approved, pays what was edited and writes it into its state, and takes the cancel branch on a rejection", async () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-graph-"));
  const env = {
    ...process.env,
    COUNTERSIGN_DB: join(folder, "c.db"),
    CHECKPOINTS_DB: join(folder, "l.db"),
    BANK_LEDGER: join(folder, "bank.jsonl"),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "run.ts")], { env });
  expect(stdout.split("\n").map((line) => line.trim())).toEqual([
    "approve   Paid $4200 to Acme Corp. State: $4200.",
    "edit      Paid $4000 to Acme Corp. State: $4000.",
    "reject    Cancelled: Already paid in May. State: $4200.",
    "",
  ]);
  const bank = readFileSync(env.BANK_LEDGER, "utf8").trim().split("\n");
  expect(bank.map((line) => (JSON.parse(line) as { amount: number }).amount)).toEqual([4_200, 4_000]);
  rmSync(folder, { recursive: true });
});
