// `pnpm demo --inbox` as a newcomer runs it: the printed link, the page, and what the bank has paid afterwards.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const demos: Demo[] = [];
let browser: Browser;

beforeAll(async () => {
  browser = await playwright.launch({ args: chromium.args, executablePath: await chromium.executablePath(), headless: true });
});
afterAll(async () => {
  await browser.close();
  // Its agents end with it.
  for (const { child } of demos) child.kill("SIGKILL");
});

/** The demo in a process of its own, without a terminal. */
class Demo {
  readonly child: ChildProcess;
  said = "";

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, ["examples/demo.ts", "--inbox", ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", (chunk: Buffer) => (this.said += String(chunk)));
    demos.push(this);
  }

  async says(pattern: RegExp): Promise<string> {
    await expect.poll(() => this.said, { timeout: 60_000, interval: 50 }).toMatch(pattern);
    const [whole, part] = pattern.exec(this.said) ?? [""];
    return part ?? whole;
  }

  /** Everything that the bank has paid, by the number of its invoice. */
  async paid(): Promise<readonly { readonly recipient: string; readonly amount: number; readonly invoice?: string }[]> {
    const folder = await this.says(/ledger are in (\S+)\./);
    return readFileSync(join(root, folder, "bank.jsonl"), { encoding: "utf8", flag: "a+" })
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as { recipient: string; amount: number; invoice?: string }]));
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, "exit");
    return this.child.exitCode;
  }
}

async function open(page: Page, title: string): Promise<void> {
  await page.getByRole("link", { name: title }).first().click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

it("pays what somebody signs on the page, as it was signed and once, and ends with all of its processes", async () => {
  const demo = new Demo("--port", "0");
  const link = await demo.says(/http:\/\/127\.0\.0\.1:\d+\/auth\/link#\S+/);
  const page = await browser.newPage();
  await page.goto(link);
  await page.waitForURL((url) => url.pathname === "/");
  await demo.says(/asked +Pay Initech \$1,180/);
  // What came since waits until somebody asks for it.
  await page.reload();
  // What has just been drawn takes no press: a person looks first.
  const press = async (name: string): Promise<void> => {
    await page.getByRole("button", { name }).last().waitFor();
    await page.waitForTimeout(600);
    await page.getByRole("button", { name }).last().click();
  };

  await open(page, "Pay Initech $1,250");
  await press("Approve");
  await demo.says(/approved +Pay Initech \$1,250, by Fiona/);

  await open(page, "Pay Globex $18,400");
  await press("Edit");
  await page.getByRole("textbox", { name: "Amount" }).fill("17940");
  await press("Look at the difference");
  await page.getByRole("textbox", { name: "Type the amount" }).fill("17940");
  await press("Sign these arguments");
  await demo.says(/edited +Pay Globex \$17,940, by Fiona/);

  await open(page, "Pay Umbrella $9,000");
  await press("Reject");
  await page.getByRole("textbox", { name: /Why/ }).fill("No contract with Umbrella.");
  await press("Reject");
  await demo.says(/rejected +Pay Umbrella \$9,000, by Fiona.*: No contract with Umbrella\./);

  await demo.says(/paid +Initech \$1,250/);
  await demo.says(/paid +Globex \$17,940/);
  demo.child.kill("SIGINT");
  expect(await demo.ended()).toBe(0);
  expect(demo.said).toMatch(/verified +\d+ events/);
  for (const pid of (await demo.says(/four processes: ([\d ]+)/)).split(" ")) expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
  // Of those that were there at first: later ones have other numbers, and some of them Bob signs.
  const asked = (await demo.paid()).filter(({ amount, invoice }) => amount > 1_000 && Number(invoice) < 4_000);
  expect(asked.toSorted((a, b) => a.amount - b.amount)).toMatchObject([
    { recipient: "Initech", amount: 1_250, invoice: "311" },
    { recipient: "Globex", amount: 17_940, invoice: "1207" },
  ]);
});

it("says what to do if the port is taken, or nobody has that name, and begins nothing", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const [taken, nobody] = [new Demo("--port", String(port)), new Demo("--as", "mallory")];
  expect([await taken.ended(), await nobody.ended()]).toEqual([2, 2]);
  expect(taken.said).toBe(`Port ${port} is taken: another process listens there. Write --port with another number, or 0 for any.\n`);
  expect(nobody.said).toContain("one of fiona, bob, carla");
  other.close();
});
