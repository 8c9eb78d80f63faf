import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { expect } from "vitest";
import type { House, PersonName } from "./house.ts";

/** A phone, as Playwright describes one. */
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Without the package's own flags, which switch off what is looked at here. */
export async function launch(): Promise<Browser> {
  return playwright.launch({
    args: ["--no-sandbox", "--disable-gpu"],
    executablePath: await chromium.executablePath(),
    headless: true,
  });
}

/** A page that is open in a browser of somebody's own, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, and what its policy has refused. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for. */
  readonly asked: readonly string[];
}

/** Somebody opens the page in a browser of their own. Its context is closed with the browser. */
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
