import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import type { House, PersonName } from "./house.ts";

/** A window of the usual size. */
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1_280, height: 800 } };
/** A phone, as Playwright describes one. */
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Without the package's own flags, which switch off what is looked at here. It ends with this process, however that ends. */
async function launch(): Promise<Browser> {
  return playwright.launch({
    args: ["--no-sandbox", "--disable-gpu"],
    executablePath: await chromium.executablePath(),
    headless: true,
  });
}

let launched: Promise<Browser> | undefined;

/**
 * The browser of this worker, for all of its files: most of what a browser costs is its start. For the top of a file. What a
 * test opens in it is closed behind the test, or behind the file if tests run side by side: pages that nobody looks at any
 * more keep their streams, and draw.
 */
export async function sharedBrowser(): Promise<Browser> {
  afterEach(({ task }) => (task.concurrent ? undefined : closeContexts()));
  afterAll(closeContexts);
  const before = await launched?.catch(() => undefined);
  if (before?.isConnected()) return before;
  launched = launch();
  return launched;
}

async function closeContexts(): Promise<void> {
  const browser = await launched;
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

/** A page that is open in a browser of somebody's own, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, and what its policy has refused. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for. */
  readonly asked: readonly string[];
}

/** Somebody opens the page in a browser of their own. Its context is closed behind the test. */
export async function openAs(
  browser: Browser,
  { url }: House,
  person: PersonName | undefined,
  { path = "/", ...options }: BrowserContextOptions & { readonly path?: string } = {},
): Promise<OpenPage> {
  const context = await browser.newContext(options);
  if (person) await context.addCookies([{ name: "as", value: person, url }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${url}${path}`);
  return { page, complaints, asked };
}

/** No error, nothing refused by its policy, nothing asked of anybody else. */
export function expectClean({ complaints, asked }: OpenPage, { url }: House): void {
  expect(complaints).toEqual([]);
  expect(asked.filter((address) => new URL(address).origin !== new URL(url).origin)).toEqual([]);
}
