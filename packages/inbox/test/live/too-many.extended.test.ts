// Too many requests: the page waits as long as the server says, and goes on by itself.
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house({ options: { limits: { requests: 180 } } })]);
afterAll(() => inbox.close());

test("a list and a request that were refused are there soon, without anybody's doing", async () => {
  const { id } = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 4_200 });
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByRole("link", { name: "Pay Acme Corp $4,200" }).waitFor();
  const refused =
    "(async () => { let last; for (let i = 0; i < 400 && last !== 429; i++) last = (await fetch('v1/me')).status; return last; })()";
  expect(await page.evaluate(refused)).toBe(429);
  await page.getByLabel("Sort by").selectOption("oldest");
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.getByRole("link", { name: "Pay Acme Corp $4,200" }).waitFor();
  await page.evaluate(`${refused}.then(() => document.querySelector('a[href*="${id}"]').click())`);
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.getByRole("heading", { name: "Pay Acme Corp $4,200" }).waitFor();
});
