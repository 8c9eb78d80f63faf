import type { ApprovalRequest } from "@countersign/core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { openAs, type OpenPage } from "./browser.ts";
import type { House, PersonName } from "./house.ts";

/** Somebody has a request open. */
export async function openRequest(
  browser: Browser,
  inbox: House,
  { id }: Pick<ApprovalRequest, "id">,
  { as = "fiona", ...options }: BrowserContextOptions & { readonly as?: PersonName } = {},
): Promise<OpenPage> {
  const opened = await openAs(browser, inbox, as, { path: `/requests/${id}`, ...options });
  await opened.page.getByRole("heading", { level: 1 }).waitFor();
  return opened;
}

/** What is drawn of the request. */
export const contentsOf = (page: Page): Locator => page.getByRole("article");

/** A part of it, under its heading. */
export const partOf = (page: Page, name: string): Locator => contentsOf(page).getByRole("region", { name });

/** Names and values of a part, each as somebody reads them. */
export async function rowsOf(part: Locator): Promise<readonly (readonly [string, string])[]> {
  const rows = await part.locator("dl > div").all();
  return Promise.all(
    rows.map(async (row) => [await row.locator("dt").first().innerText(), await row.locator("dd").first().innerText()] as const),
  );
}

/** Nothing reaches out of what scrolls. */
export async function expectNothingOutside(page: Page): Promise<void> {
  const over = await contentsOf(page).evaluate((article) =>
    [article, ...article.querySelectorAll("*")].flatMap((element) => {
      const isClipped = element.closest(".visually-hidden") !== null || element.closest("svg") !== null;
      return isClipped || element.getBoundingClientRect().right <= article.getBoundingClientRect().right + 1
        ? []
        : [`${element.tagName} ${element.textContent?.slice(0, 40)}`];
    }),
  );
  expect(over).toEqual([]);
  expect(await contentsOf(page).locator("> div").first().evaluate((scrolled) => scrolled.scrollWidth - scrolled.clientWidth)).toBe(0); // prettier-ignore
}
