// The chat in a real browser: Bob asks, Fiona signs in another window, and an unmodified useChat page shows what came of it.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approve, createGate, reject, type ApprovalRequest, type Gate } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

const dir = mkdtempSync(join(tmpdir(), "countersign-chat-"));
const ledger = join(dir, "bank.jsonl");
let server: ChildProcess;
let url: string;
let browser: Browser;
/** Another process on the same store: a reviewer's tool, an operator's. */
let elsewhere: Gate;
const fionaThere = { by: { id: "fiona", name: "Fiona", roles: ["finance"] } };

beforeAll(async () => {
  const db = join(dir, "countersign.db");
  const env = { ...process.env, PORT: "0", COUNTERSIGN_DB: db, BANK_LEDGER: ledger, AI_GATEWAY_API_KEY: "" };
  server = spawn(process.execPath, [join(import.meta.dirname, "run.ts")], { env, stdio: ["ignore", "pipe", "inherit"] });
  url = await new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`the server ended with code ${code}`)));
    server.stdout?.on("data", (chunk: Buffer) => {
      const found = /http:\/\/localhost:(\d+)/.exec(String(chunk))?.[1];
      if (found) resolve(`http://127.0.0.1:${found}`);
    });
  });
  elsewhere = createGate({ store: sqliteStore(db) });
  browser = await playwright.launch({ args: chromium.args, executablePath: await chromium.executablePath(), headless: true });
}, 120_000);

afterAll(async () => {
  await browser.close();
  await elsewhere.store.close();
  server.removeAllListeners("exit");
  server.kill();
  rmSync(dir, { recursive: true, force: true });
});

async function open(user: string, chat: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  await page.goto(`${url}/?user=${user}&chat=${chat}`);
  return page;
}
async function say(page: Page, text: string): Promise<void> {
  await page.getByPlaceholder("Pay Acme").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}
async function waiting(chat: string): Promise<ApprovalRequest> {
  const [request] = (await elsewhere.list({ threadId: chat, status: "pending" })).items;
  if (!request) throw new Error(`nothing waits in ${chat}`);
  return request;
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

  await bob.getByText("Fiona changed amount from 4200 to 4000 and approved.").waitFor();
  await bob.reload();
  await call(bob, "output-available").nth(1).waitFor();
  await call(bob, "output-available").filter({ hasText: "Fiona changed amount from 4200 to 4000" }).getByText('"amount":4200').waitFor();
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
  await bob.getByText("Fiona rejected: not this month").waitFor();
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

it("says why a payment did not run: the policy refused it, somebody cancelled it, a reviewer stopped the run", async () => {
  const before = paid().length;
  const refused = await open("bob", "refused");
  await say(refused, "Pay Acme Corp $200000");
  await call(refused, "output-denied").getByText("over $100,000").waitFor();

  const cancelled = await open("bob", "cancelled");
  await say(cancelled, "Pay Initech $9000");
  await call(cancelled, "approval-requested").waitFor();
  await elsewhere.cancel((await waiting("cancelled")).id, { by: { id: "ops" }, reason: "paid by card" });
  await call(cancelled, "output-denied").getByText("Cancelled. It did not run.").waitFor();

  const stopped = await open("bob", "stopped");
  await say(stopped, "Pay Initech $9000");
  await call(stopped, "approval-requested").waitFor();
  await elsewhere.decide(await waiting("stopped"), reject("call me first", { then: "stop" }), fionaThere);
  await call(stopped, "output-denied").getByText("Fiona rejected: call me first").waitFor();
  expect(paid()).toHaveLength(before);
});

it("tells a tab that clicks too late what was decided meanwhile, and shows what the other tab shows", async () => {
  const before = paid().length;
  const [tab, late] = [await open("bob", "tabs"), await open("bob", "tabs")];
  await say(tab, "Pay Hooli $6000");
  await call(tab, "approval-requested").waitFor();
  await late.reload();
  await call(late, "approval-requested").waitFor();
  const isCutOff = late.waitForEvent("requestfailed");
  await late.route("**/api/chat/tabs", (route) => route.abort());
  await isCutOff;
  await elsewhere.decide(await waiting("tabs"), approve(), fionaThere);
  await call(tab, "output-available").getByText("Paid $6000 to Hooli.").waitFor();
  expect(await call(late, "approval-requested").count()).toBe(1);

  await late.getByRole("button", { name: "Reject" }).click();
  await late.locator(".notice").getByText("already approved by fiona").waitFor();
  await call(late, "output-available").getByText("Fiona approved.").waitFor();
  await late.locator("p", { hasText: "Paid $6000 to Hooli." }).last().waitFor();
  expect(paid()).toHaveLength(before + 1);
  expect(await late.locator(".assistant").innerText()).toBe(await tab.locator(".assistant").innerText());
});

it("answers what the asker says instead, and cancels the payment that waited", async () => {
  const bob = await open("bob", "changed");
  await say(bob, "Pay Hooli $7000");
  await call(bob, "approval-requested").waitFor();
  const { id } = await waiting("changed");
  await bob.getByRole("button", { name: "Change" }).click();
  await bob.getByPlaceholder("Pay Acme").fill("Pay Globex $150");
  await bob.getByRole("button", { name: "Send instead" }).click();
  await call(bob, "output-available").getByText("Paid $150 to Globex.").waitFor();
  expect(await elsewhere.get(id)).toMatchObject({ status: "cancelled" });
  await bob.reload();
  await call(bob, "output-available").getByText("Paid $150 to Globex.").waitFor();
  expect([await bob.locator(".user p").allInnerTexts(), await bob.locator(".call").count()]).toEqual([["Pay Globex $150"], 1]);
});

it("fits a phone", async () => {
  const bob = await open("bob", "phone", { viewport: { width: 360, height: 740 } });
  await say(bob, "Pay Wolfeschlegelsteinhausenbergerdorff-Incorporated $8000 for invoice 12345678901234567890");
  await bob.getByRole("button", { name: "Approve" }).waitFor();
  for (const page of [bob, await open("fiona", "phone", { viewport: { width: 360, height: 740 } })]) {
    await page.getByRole("button", { name: "Approve" }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
  }
});
