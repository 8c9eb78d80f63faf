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
  await page.waitForTimeout(550);
}

/** The key is pressed when a panel is drawn, and the page is so busy that it hears of that later. */
export async function pressOnceDrawn(page: Page, key: string): Promise<void> {
  await page.evaluate(`
    globalThis.isPressed = new Promise((resolve) =>
      new MutationObserver((_, observer) => {
        const panel = document.querySelector("article footer section");
        if (!panel) return;
        observer.disconnect();
        const event = new KeyboardEvent("keydown", { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true });
        Object.defineProperty(event, "timeStamp", { value: performance.now() });
        setTimeout(() => resolve(panel.dispatchEvent(event)), 400);
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
