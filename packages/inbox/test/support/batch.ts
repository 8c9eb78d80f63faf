import type { Browser, Page } from "playwright-core";
import { openAs } from "./browser.ts";
import type { House } from "./house.ts";

/** Fiona chooses all that she sees, and is asked what she says to them. */
export async function chooseAll(browser: Browser, inbox: House): Promise<Page> {
  const { page } = await openAs(browser, inbox, "fiona");
  await page
    .getByRole("checkbox", { name: /select all/i })
    .first()
    .check();
  await page.getByRole("button", { name: "Decide together…" }).click();
  await page.getByRole("dialog").getByText("What do you say to all of them?").waitFor();
  return page;
}
