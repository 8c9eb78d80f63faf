// The demo as a newcomer runs it, without a terminal: twice in a row, and with sentences of one's own.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { paymentsIn } from "../sentences.ts";

const env = { ...process.env, OPENAI_API_KEY: "", ANTHROPIC_API_KEY: "" };

async function demo(...sentence: string[]): Promise<{ readonly output: string; readonly bank: readonly object[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "demo.ts"), ...sentence], { env });
  const threadId = /thread (pay-\d+)/.exec(stdout)?.[1];
  const ledger = threadId === undefined ? "" : readFileSync(join(import.meta.dirname, ".data", `${threadId}.jsonl`), "utf8");
  return { output: stdout, bank: ledger.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as object])) };
}

describe("the demo", () => {
  it("pays each vendor once, the edited amount, in two runs in a row", async () => {
    for (let run = 0; run < 2; run++) {
      const { output, bank } = await demo();
      expect(bank).toHaveLength(2);
      expect(bank).toContainEqual({ recipient: "Acme Corp", amount: 4_000, invoice: "88", idempotencyKey: expect.any(String) as string });
      expect(bank).toContainEqual({ recipient: "Globex", amount: 300, idempotencyKey: expect.any(String) as string });
      expect(output).toContain("completed, replayed; completed, replayed");
      expect(output).toMatch(/verified: \d+ events/);
      expect(output.split("\n").length).toBeLessThan(40);
    }
  });

  it("works on other sentences, and pays nothing when there is nothing to pay", async () => {
    const small = await demo("Pay Globex $20");
    expect(small.output).toContain("Paid $20 to Globex.");
    const none = await demo("What", "can", "you", "do?");
    expect(none.output).toContain("I only know payments");
  });
});

describe("the offline model", () => {
  it.each([
    ["Pay Acme Corp $4200 for invoice 88 and Globex $300", ["Acme Corp 4200 88", "Globex 300"]],
    ["Please send $1,250.50 to Initech, then wire Johnson and Sons $20.", ["Initech 1250.5", "Johnson and Sons 20"]],
    ["hello", []],
    ["pay $5", []],
  ])("reads %j", (sentence, expected) => {
    expect(paymentsIn(sentence).map(({ recipient, amount, invoice }) => [recipient, amount, invoice].filter(Boolean).join(" "))).toEqual(
      expected,
    );
  });
});
