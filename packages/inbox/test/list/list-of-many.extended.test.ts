// A list of which nobody reads the end: 100,000 wait.
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectClean, openAs, sharedBrowser } from "../support/browser.ts";
import { settled } from "../support/deciding.ts";
import { house } from "../support/house.ts";

const MANY = 100_000;
const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
beforeAll(async () => {
  for (let index = 0; index < MANY; index++)
    await inbox.ask(
      "send_payment",
      { recipient: `Payee ${index}`, amount: 2_000 },
      // Nobody may have more than 1,000 asked at once.
      { key: `of-many-${index}`, requestedBy: { id: `clerk-${index % 200}` } },
    );
}, 600_000);
afterAll(() => inbox.close());

test("it is read a page at a time, searched, and decided from with keys", async () => {
  const opened = await openAs(browser, inbox, "fiona");
  const { page, asked } = opened;
  await page.getByRole("heading", { name: "1,000+ waiting for you" }).waitFor();
  expect(await page.getByRole("listitem").count()).toBeLessThanOrEqual(50);
  expect(asked.filter((address) => /limit=50/.test(address))).toHaveLength(1);

  await page.keyboard.press("/");
  await page.keyboard.type("99999");
  await page.getByRole("link", { name: "Pay Payee 99999 $2,000" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Pay Payee 99999 $2,000" }).click();
  await page.getByRole("heading", { name: "Pay Payee 99999 $2,000" }).waitFor();
  await settled(page);
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Approve: Pay Payee 99999 $2,000?" }).waitFor();
  await settled(page);
  await page.keyboard.press("a");
  await expect
    .poll(async () => (await inbox.gate.list({ status: "approved" })).items.map(({ args }) => args["recipient"]))
    .toEqual(["Payee 99999"]);

  // What comes now waits behind a button, and is the only thing that is asked for.
  await page.goto(inbox.url);
  await page.getByRole("heading", { name: "1,000+ waiting for you" }).waitFor();
  await inbox.ask("wire_abroad", { recipient: "Globex", amount: 64_000, country: "DE" });
  await page.getByRole("button", { name: /1 new/ }).click();
  await page.getByRole("link", { name: /wire_abroad/ }).waitFor();
  expectClean(opened, inbox);
});
