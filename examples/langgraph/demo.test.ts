// The demo as a newcomer runs it: without a terminal, twice in a row, with sentences of one's own; and at a terminal.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { createGate, type ApprovalRequest } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import { spawn } from "@lydell/node-pty";
import { describe, expect, it } from "vitest";
import { OFFLINE, runDemo } from "../run-demo.ts";
import { paymentsIn } from "../sentences.ts";

describe("the demo", () => {
  it("pays each vendor once, the edited amount, in two runs in a row", async () => {
    for (let run = 0; run < 2; run++) {
      const { output, bank } = await runDemo(import.meta.dirname);
      expect(bank).toHaveLength(2);
      expect(bank).toContainEqual({ recipient: "Acme Corp", amount: 4_000, invoice: "88", idempotencyKey: expect.any(String) as string });
      expect(bank).toContainEqual({ recipient: "Globex", amount: 300, idempotencyKey: expect.any(String) as string });
      expect(output).toContain("completed, replayed; completed, replayed");
      expect(output).toMatch(/verified: \d+ events/);
      expect(output.split("\n").length).toBeLessThan(40);
    }
  });

  it("works on other sentences, and pays nothing when there is nothing to pay", async () => {
    const small = await runDemo(import.meta.dirname, "Pay Globex $20");
    expect(small.output).toContain("Paid $20 to Globex.");
    expect(small.output).toMatch(/^bank +Globex \$20$/m);
    const none = await runDemo(import.meta.dirname, "What", "can", "you", "do?");
    expect(none.output).toContain("I only know payments");
    expect(none.output).toMatch(/^bank +nothing$/m);
  });
});

describe("the demo at a terminal", () => {
  /** What the second terminal is told to do, done by its shell. */
  async function second(shown: string, command: string): Promise<void> {
    const environment = /export (COUNTERSIGN_\S+=\S+ COUNTERSIGN_\S+=\S+ COUNTERSIGN_\S+=\S+)/.exec(shown)?.[1];
    expect(environment).toBeDefined();
    const bin = join(dirname(createRequire(import.meta.url).resolve("@countersign/cli/package.json")), "dist/bin.js");
    await promisify(execFile)("sh", ["-c", `${environment} "${process.execPath}" "${bin}" ${command}`], {
      cwd: join(import.meta.dirname, "../.."),
    });
  }

  it("leaves its request to the command line, and goes on with what was decided there", async () => {
    const terminal = spawn(process.execPath, [join(import.meta.dirname, "demo.ts")], {
      cols: 200,
      rows: 50,
      env: OFFLINE,
    });
    let output = "";
    const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
    const prompted = new Promise<void>((resolve) => {
      terminal.onData((data) => {
        output += data;
        if (output.includes("Enter = leave it pending")) resolve();
      });
    });
    await prompted;
    const [, digest] = /digest +│ ([0-9a-f]{64})/.exec(stripVTControlCharacters(output)) ?? [];
    const requests = await gateOfDemo();
    const request = requests.find(({ proposal }) => proposal.digest === digest);
    await second(output, `edit ${request?.id} --digest ${digest} --args '{"recipient": "Acme Corp", "amount": 3900, "invoice": "88"}'`);
    expect(await ended).toBe(0);
    expect(output).toContain("approved by fiona, cli");
    expect(output).toContain("Paid $3900 to Acme Corp.");
  });
});

async function gateOfDemo(): Promise<readonly ApprovalRequest[]> {
  await using store = sqliteStore(join(import.meta.dirname, ".data/countersign.db"));
  return (await createGate({ store }).list({ status: "pending", order: "newest" })).items;
}

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
