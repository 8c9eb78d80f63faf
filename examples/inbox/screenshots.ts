// The pictures of the documentation, from the real page on a real server: `npx -y pnpm@12 screenshots`. The story is the same each
// time, and so is the time of day.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { inbox } from "@countersign/inbox";
import { createServer } from "@countersign/server";
import { nodeListener } from "@countersign/server/node";
import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { PEOPLE, type PersonName } from "./people.ts";
import { tellStory } from "./screenshots-story.ts";

const TO = join(import.meta.dirname, "../../docs/inbox");
const MOST_BYTES = 150_000;
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const { gate, morning } = await tellStory();
const http = createHttpServer((incoming, outgoing) => void listener(incoming, outgoing));
await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
const { port } = http.address() as AddressInfo;
const server = createServer({
  gate,
  inbox,
  hosts: [`localhost:${port}`],
  operators: ["ops"],
  authenticate: (request) => PEOPLE[/as=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1] as PersonName],
});
const listener = nodeListener(server);
const browser = await launch();

rmSync(TO, { recursive: true, force: true });
mkdirSync(TO, { recursive: true });
try {
  await take("list", DESKTOP, "fiona", async (page) => opened(page, "Pay Acm\u0435 Corp $4,900"));
  await take("detail", { ...DESKTOP, viewport: { width: 1280, height: 1000 } }, "carla", async (page) => opened(page, "Pay Hooli $62,000"));
  await take("edit", DESKTOP, "fiona", async (page) => {
    await opened(page, "Pay Globex $18,400");
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "Amount" }).fill("17940");
    await page.getByRole("button", { name: "Look at the difference" }).click();
    await page.getByRole("textbox", { name: "Type the amount" }).fill("17940");
    await page.getByRole("textbox", { name: "Comment" }).fill("As on the invoice.");
    await page.getByRole("button", { name: "Sign these arguments", disabled: false }).waitFor();
    await page.getByRole("textbox", { name: "Comment" }).blur();
  });
  await take("phone", PHONE, "fiona", async (page) => opened(page, "Pay Umbrella $9,000"));
  await take("dark", { ...DESKTOP, colorScheme: "dark" }, "fiona", async (page) => opened(page, "Pay Initech $1,310"));
} finally {
  await browser.close();
  await server.close();
  http.close().closeAllConnections();
}

/** With the font that comes with it, so that the pictures are the same on every machine. */
async function launch(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  const fonts = join(mkdtempSync(join(tmpdir(), "countersign-fonts-")), "fonts.conf");
  const dirs = [join(tmpdir(), "fonts"), "/usr/share/fonts"].map((dir) => `<dir>${dir}</dir>`).join("");
  const alias = (from: string, to: string): string => `<alias binding="same"><family>${from}</family><prefer><family>${to}</family></prefer></alias>`; // prettier-ignore
  const aliases = `${alias("system-ui", "Open Sans")}${alias("sans-serif", "Open Sans")}${alias("monospace", "DejaVu Sans Mono")}`;
  writeFileSync(fonts, `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${dirs}${aliases}</fontconfig>`);
  const env = { ...process.env, FONTCONFIG_FILE: fonts };
  return playwright.launch({ args: ["--no-sandbox", "--disable-gpu"], executablePath, headless: true, env });
}

async function opened(page: Page, title: string): Promise<void> {
  await page.getByRole("link", { name: title }).first().click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByRole("button", { name: "Approve" }).waitFor();
}

async function take(name: string, options: BrowserContextOptions, as: PersonName, open: (page: Page) => Promise<void>): Promise<void> {
  const page = await pageOf(browser, options, as);
  await open(page);
  await page.evaluate("document.fonts.ready");
  // Of what moves, the last picture counts; a pointer over a row would show.
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
  const { bytes, quality } = await picture(page);
  const file = join(TO, `${name}.webp`);
  writeFileSync(file, bytes);
  console.log(`${relative(process.cwd(), file)}  ${bytes.length.toLocaleString("en-US")} bytes, quality ${quality}`);
  await page.context().close();
}

async function pageOf(from: Browser, options: BrowserContextOptions, as: PersonName): Promise<Page> {
  const context = await from.newContext({ reducedMotion: "reduce", locale: "en-US", timezoneId: "UTC", ...options });
  await context.addCookies([{ name: "as", value: as, url: `http://localhost:${port}` }]);
  const page = await context.newPage();
  await page.clock.setFixedTime(morning);
  await page.goto(`http://localhost:${port}/`);
  return page;
}

/** As sharp as fits. */
async function picture(page: Page): Promise<{ readonly bytes: Buffer; readonly quality: number }> {
  const devtools = await page.context().newCDPSession(page);
  for (let quality = 100; ; quality -= 5) {
    const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality });
    const bytes = Buffer.from(data, "base64");
    if (bytes.length <= MOST_BYTES || quality <= 50) return { bytes, quality };
  }
}
