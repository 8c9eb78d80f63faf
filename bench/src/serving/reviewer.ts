import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser, type BrowserContext, type Page } from "playwright-core";
import type { Serving } from "./serving.ts";

/** Runs in each document before its own scripts. `drawn`: when its first row was drawn, in ms since somebody went there. */
const WATCH = `globalThis.drawn = new Promise((drawn) => {
  const look = () => {
    if (!document.querySelector('main a[href*="/requests/"]')) return;
    watching.disconnect();
    requestAnimationFrame(() => setTimeout(() => drawn(performance.now())));
  };
  const watching = new MutationObserver(look);
  watching.observe(document, { childList: true, subtree: true });
});`;

type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Fiona at a browser: a link has signed her in. */
export class Reviewer implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #session: Session;

  private constructor(browser: Browser, url: string, session: Session) {
    this.#browser = browser;
    this.#url = url;
    this.#session = session;
  }

  static async at({ port, ask }: Serving): Promise<Reviewer> {
    const args = ["--no-sandbox", "--disable-gpu"];
    const browser = await playwright.launch({ args, executablePath: await chromium.executablePath(), headless: true });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(await ask<string>("link"));
    // The page behind the link trades it for a session, and leads there.
    const url = `http://127.0.0.1:${port}/`;
    await page.waitForURL(url);
    const session = await context.storageState();
    await context.close();
    return new Reviewer(browser, url, session);
  }

  /** A browser that has none of the page's files yet. */
  async newBrowser(): Promise<Page> {
    const context = await this.#browser.newContext({ storageState: this.#session });
    await context.addInitScript(WATCH);
    return context.newPage();
  }

  /** Goes to the page, and answers how long it took until the first row was drawn, in ms. */
  async open(page: Page): Promise<number> {
    await page.goto(this.#url);
    return page.evaluate<number>("drawn");
  }

  /** How long the longest task of the page's main thread took while this went on, in ms. */
  async longestTask(page: Page, meanwhile: () => Promise<void>): Promise<number> {
    await this.#browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
    await meanwhile();
    const { traceEvents } = JSON.parse((await this.#browser.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] };
    const main = new Set(
      traceEvents.flatMap(({ name, args, pid, tid }) =>
        name === "thread_name" && args.name === "CrRendererMain" ? [`${pid}/${tid}`] : [],
      ),
    );
    const tasks = traceEvents.filter(({ name, pid, tid }) => name.endsWith("RunTask") && main.has(`${pid}/${tid}`));
    if (tasks.length === 0) throw new Error("the trace has no task of the page");
    return Math.max(...tasks.map(({ dur = 0 }) => dur / 1_000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** As Chromium writes them. Times are µs. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly args: { readonly name?: string };
}
