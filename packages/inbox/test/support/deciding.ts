import type { ApprovalRequest } from "@countersign/core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openAs } from "./browser.ts";
import type { House, PersonName } from "./house.ts";

/** Somebody has this request open, for long enough that a press counts. */
export async function openRequest(
  browser: Browser,
  inbox: House,
  person: PersonName,
  { id }: Pick<ApprovalRequest, "id">,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const { page } = await openAs(browser, inbox, person, { path: `/requests/${id}`, ...options });
  await settled(page);
  return page;
}

/** What is open has stood still for long enough. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^(?:More|Cancel)\b/ }).waitFor();
  await still(page);
}

/** What has just been drawn stands still for long enough. */
export async function still(page: Page): Promise<void> {
  await page.waitForTimeout(550);
}

/** Something that somebody presses as soon as it is drawn. */
interface EarlyPress {
  /** As a script of the page: an element, or nothing as long as it isn't there. */
  readonly on: string;
  /** Of a `keydown`, or of a `click`. */
  readonly type?: "keydown" | "click";
  readonly init?: { readonly key?: string; readonly ctrlKey?: boolean };
  /** Ms that the page is busy, so that it hears of the press only then. */
  readonly late: number;
}

/** `isFree` of the page is then a promise of whether the page left the press to whoever else wants it. */
export async function pressOnceDrawn(page: Page, { on, type = "keydown", init = {}, late }: EarlyPress): Promise<void> {
  const Event = type === "click" ? "MouseEvent" : "KeyboardEvent";
  await page.evaluate(`
    globalThis.isFree = new Promise((resolve) =>
      new MutationObserver((_, observer) => {
        const element = ${on};
        if (!element) return;
        observer.disconnect();
        const event = new ${Event}("${type}", { ...${JSON.stringify(init)}, bubbles: true, cancelable: true });
        Object.defineProperty(event, "timeStamp", { value: performance.now() });
        setTimeout(() => resolve(element.dispatchEvent(event)), ${late});
      }).observe(document, { childList: true, subtree: true }),
    );
    undefined;
  `);
}

/** The second press of a key counts by now. */
export async function paused(page: Page): Promise<void> {
  await page.waitForTimeout(350);
}

/** How the request stands, and what was recorded of it. */
export async function recorded({ gate }: House, { id }: Pick<ApprovalRequest, "id">) {
  const events = [];
  for await (const { type } of gate.history(id)) events.push(type);
  return { request: await gate.get(id), events };
}
