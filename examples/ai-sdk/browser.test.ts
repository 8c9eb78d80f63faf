// The chat in a real browser: Bob asks, Fiona signs in another window, and an unmodified useChat page shows what came of it.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "countersign-chat-"));
const ledger = join(dir, "bank.jsonl");
let server: ChildProcess;
let url: string;
let browser: Browser;

beforeAll(async () => {
  const env = { ...process.env, PORT: "0", COUNTERSIGN_DB: join(dir, "countersign.db"), BANK_LEDGER: ledger, AI_GATEWAY_API_KEY: "" };
  server = spawn(process.execPath, [join(import.meta.dirname, "run.ts")], { env, stdio: ["ignore", "pipe", "inherit"] });
  url = await new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`the server ended with code ${code}`)));
    server.stdout?.on("data", (chunk: Buffer) => {
      const found = /http:\/\/localhost:(\d+)/.exec(String(chunk))?.[1];
      if (found) resolve(`http://127.0.0.1:${found}`);
    });
  });
  browser = await playwright.launch({ args: chromium.args, executablePath: await chromium.executablePath(), headless: true });
}, 120_000);

afterAll(async () => {
  await browser.close();
  server.removeAllListeners("exit");
  server.kill();
  rmSync(dir, { recursive: true, force: true });
});

async function open(user: string, chat: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${url}/?user=${user}&chat=${chat}`);
  return page;
}
async function say(page: Page, text: string): Promise<void> {
  await page.getByPlaceholder("Pay Acme").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}
const call = (page: Page, state: string) => page.locator(`.call[data-state="${state}"]`);
const paid = (): unknown[] => readFileSync(ledger, { encoding: "utf8", flag: "a+" }).split("\n").filter(Boolean).map((line) => JSON.parse(line)); // prettier-ignore

it("runs what the second reviewer edited, once, while the asking page is open, and a page that is loaded later shows the same", async () => {
  const bob = await open("bob", "first");
  await say(bob, "Pay Acme Corp $4200 for invoice 88 and Globex $300");
  await call(bob, "approval-requested").waitFor();
  await call(bob, "output-available").getByText("Paid $300 to Globex.").waitFor();

  const fiona = await open("fiona", "first");
  await fiona.getByText("over $1,000").waitFor();
  await fiona.getByRole("button", { name: "$200 less" }).click();

  await bob.locator("p", { hasText: "Paid $4000 to Acme Corp." }).last().waitFor();
  await fiona.getByText("Nothing waits for you.").waitFor();
  expect(paid()).toMatchObject([{ amount: 300 }, { amount: 4_000, recipient: "Acme Corp", invoice: "88" }]);

  await bob.reload();
  await call(bob, "output-available").nth(1).waitFor();
  await bob.locator("p", { hasText: "Paid $4000 to Acme Corp." }).last().waitFor();
  expect(await bob.locator(".call").count()).toBe(2);
});

it("tells the asker who clicks that they may not sign, and leaves the question open", async () => {
  const before = paid().length;
  const bob = await open("bob", "second");
  await say(bob, "Pay Initech $9000");
  await bob.getByRole("button", { name: "Approve" }).click();
  await bob.locator(".error").getByText("finance").waitFor();
  await call(bob, "approval-requested").waitFor();
  expect(paid()).toHaveLength(before);

  const fiona = await open("fiona", "second");
  await fiona.getByRole("button", { name: "Reject" }).click();
  await call(bob, "output-denied").waitFor();
  await bob.getByText("not this month").waitFor();
  expect(paid()).toHaveLength(before);
});

it("takes what the asker says while a payment waits: it is done once that is signed, and the approval stays in the page", async () => {
  const bob = await open("bob", "third");
  await say(bob, "Pay Hooli $5000");
  await call(bob, "approval-requested").waitFor();
  await say(bob, "Pay Globex $200");
  await bob.locator(".user", { hasText: "Globex" }).waitFor();
  await bob
    .locator(".assistant", { has: call(bob, "approval-requested") })
    .last()
    .waitFor();
  expect(await bob.locator(".error").count()).toBe(0);

  const fiona = await open("fiona", "third");
  await fiona.getByRole("button", { name: "Approve" }).click();
  await call(bob, "output-available").getByText("Paid $5000 to Hooli.").waitFor();
  await call(bob, "output-available").getByText("Paid $200 to Globex.").waitFor();
  expect(paid().slice(-2)).toMatchObject([{ amount: 5_000 }, { amount: 200 }]);
  expect(await bob.locator(".user").count()).toBe(2);
});
