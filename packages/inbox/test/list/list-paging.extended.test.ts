// Long lists: page by page, with few of the rows drawn at a time.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { decideAs } from "../support/decide-as.ts";
import { house } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
beforeAll(async () => {
  for (let index = 0; index < 300; index++) await inbox.ask("send_payment", { recipient: `Payee ${index}`, amount: 2_000 });
});
afterAll(() => inbox.close());

/** Keys move within the list once a row has the focus. */
async function readToTheEnd(page: Page): Promise<void> {
  await page.getByRole("listitem").first().waitFor();
  await page.keyboard.press("j");
  await page.getByRole("listitem").locator(":focus").waitFor();
  const more = page.getByRole("button", { name: /^(?:Show more|Reading…)$/ });
  for (let step = 0; step < 600 && (await more.count()) > 0; step++) {
    await page.keyboard.press("End");
    await page.waitForTimeout(50);
  }
  expect(await more.count()).toBe(0);
}

test("300 are read to their end, none twice, and those far away are not drawn", async () => {
  const { page, asked } = await openAs(browser, inbox, "fiona");
  await page.getByRole("heading", { name: "300 waiting for you" }).waitFor();
  expect(await page.getByRole("listitem").count()).toBeLessThanOrEqual(50);
  await readToTheEnd(page);
  expect(await page.getByRole("listitem").count()).toBeLessThanOrEqual(150);
  expect(asked.filter((address) => /limit=50/.test(address)).length).toBe(6);

  // The beginning is there as soon as somebody gets there, and so is what is in between.
  const seen = new Set<string>();
  await page.keyboard.press("Home");
  await page.locator(":focus").and(page.getByRole("listitem").first().getByRole("link")).waitFor();
  for (let step = 0; step < 200 && seen.size < 300; step++) {
    for (const title of await page.locator("[data-line] > [title]").allTextContents()) seen.add(title);
    for (let press = 0; press < 10; press++) await page.keyboard.press("j");
  }
  expect(seen.size).toBe(300);
  const end = [...seen].at(-1) ?? "";

  // Read anew, it is as long as it was, and stands where it stood.
  await page.keyboard.press("End");
  await page.locator(":focus", { hasText: end }).waitFor();
  const before = await page.getByRole("link", { name: end }).boundingBox();
  const first = (await inbox.gate.list({ status: "pending", order: "deadline", limit: 1 })).items[0];
  if (!first) throw new Error("There is none.");
  await decideAs(inbox, "bob", first);
  await page.getByRole("button", { name: "Clear 1 decided" }).click();
  await page.getByRole("button", { name: "Clear 1 decided" }).waitFor({ state: "detached" });
  expect(await page.getByRole("link", { name: end }).boundingBox()).toEqual(before);
  await page.getByRole("heading", { name: "299 waiting for you" }).waitFor();
});

test("another list begins at its beginning, and is read no further than somebody looks", async () => {
  const { page, asked } = await openAs(browser, inbox, "fiona");
  await page.getByRole("heading", { name: "299 waiting for you" }).waitFor();
  const pages = (): number => asked.filter((address) => /limit=50/.test(address)).length;
  await readToTheEnd(page);
  const before = pages();
  await page.getByLabel("Sort by").selectOption("newest");
  // Several may have been asked within the same millisecond.
  await page.getByRole("link", { name: "Payee 299 " }).waitFor();
  const top = () =>
    page
      .getByRole("listitem")
      .first()
      .evaluate((line) => line.getBoundingClientRect().top);
  await expect.poll(top, { timeout: 30_000 }).toBeGreaterThan(200);
  expect(await top()).toBeLessThan(300);
  // Time for a page that nobody needs.
  await page.waitForTimeout(300);
  expect(pages() - before).toBe(1);
});
