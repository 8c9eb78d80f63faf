// `pnpm demo --all` as a newcomer runs it, without a terminal.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { OFFLINE } from "../run-demo.ts";

it("asks four agents at once, decides them from one list, and pays each vendor once", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "../demo.ts"), "--all"], { env: OFFLINE });
  const bank = readFileSync(join(import.meta.dirname, ".data/bank.jsonl"), "utf8")
    .trim()
    .split("\n");
  const paid = bank.map((line) => JSON.parse(line) as { recipient: string; amount: number });
  expect(paid.map(({ recipient, amount }) => `${recipient} ${amount}`).toSorted()).toEqual([
    "Acme Corp 4000",
    "Globex 20",
    "Globex 300",
    "Hooli 2500",
    "Initech 1250",
  ]);
  const [, listed = ""] = /\$ countersign list\n([\s\S]*?)\n +\$ countersign/.exec(stdout) ?? [];
  for (const vendor of ["Acme Corp", "Initech", "Umbrella", "Hooli"]) expect(listed).toContain(vendor);
  expect(stdout).toContain("No contract with Umbrella.");
  expect(stdout).toContain("replayed, replayed, replayed, replayed");
  expect(stdout).toMatch(/verified \d+ events/);
});
