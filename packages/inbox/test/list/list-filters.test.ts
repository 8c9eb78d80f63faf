// What the list shows stands in the address: it survives a reload, the way back, and being sent to somebody.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectClean, openAs, PHONE, sharedBrowser } from "../support/browser.ts";
import { decideAs } from "../support/decide-as.ts";
import { house } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
beforeAll(async () => {
  for (const amount of [2_000, 3_000, 4_000]) await inbox.ask("send_payment", { recipient: "Acme Corp", amount });
  await inbox.ask("send_mail", { to: ["a@b.example"], subject: "s", body: "b" }, { key: "mail" });
  for (const amount of [5_000, 6_000]) {
    // Of those that were asked in the same millisecond, either may come first.
    await sleep(2);
    await decideAs(
      inbox,
      "bob",
      await inbox.ask("send_payment", { recipient: "Globex", amount }),
      amount === 5_000 ? { type: "approve" } : { type: "reject" },
    );
  }
});
afterAll(() => inbox.close());

test("filters are chips, each of which can be taken away", async () => {
  const opened = await openAs(browser, inbox, "fiona");
  const { page } = opened;
  await page.getByRole("heading", { name: "4 waiting for you" }).waitFor();
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("dialog").getByLabel("Tool").fill("send_payment");
  await page.getByRole("dialog").getByLabel("Asked by").fill("dora");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("heading", { name: "3 waiting for you" }).waitFor();
  expect(new URL(page.url()).search).toBe("?tool=send_payment&requestedBy=dora");

  await page.reload();
  await page.getByRole("heading", { name: "3 waiting for you" }).waitFor();
  await page.getByRole("link", { name: "Remove the filter Tool: send_payment" }).click();
  await page.getByRole("heading", { name: "4 waiting for you" }).waitFor();
  expect(new URL(page.url()).search).toBe("?requestedBy=dora");
  await page.goBack();
  await page.getByRole("heading", { name: "3 waiting for you" }).waitFor();
  // What is open stays open, and keeps the filters.
  await page.getByRole("link", { name: "$4,000" }).click();
  await page.getByRole("heading", { name: "Pay Acme Corp $4,000" }).waitFor();
  expect(new URL(page.url()).search).toBe("?tool=send_payment&requestedBy=dora");
  expectClean(opened, inbox);
});

test("what is decided is one list, whatever was decided, and is narrowed by status", async () => {
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByRole("link", { name: "Decided" }).click();
  await page.getByRole("heading", { name: "2 decided" }).waitFor();
  expect(await page.locator("[data-line] > [title]").allTextContents()).toEqual(["Pay Globex $6,000", "Pay Globex $5,000"]);
  await page.getByRole("combobox", { name: "Sort by" }).selectOption("Oldest first");
  await page.waitForURL(/view=decided&order=oldest/);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("Status").selectOption("Rejected");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("heading", { name: "1 rejected" }).waitFor();
  await page.getByText("Rejected by Bob").waitFor();
});

test("an address that makes no sense shows the usual list, and says what it left out", async () => {
  const { page } = await openAs(browser, inbox, "fiona", { path: `/?order=banana&view=${encodeURIComponent("\u202e<b>")}` });
  await page.getByRole("heading", { name: "4 waiting for you" }).waitFor();
  await page.getByText("view=\\u{202e}<b>, order=banana").waitFor();
});

test("nothing waits, nothing matches, nobody answers: each says why and what to do", async () => {
  const { page } = await openAs(browser, inbox, "oscar", { path: "/?tool=send_payment" });
  await page.getByText("No request in this list matches").waitFor();
  await page.getByRole("link", { name: "Look in all requests" }).click();
  await page.getByRole("heading", { name: "5 requests" }).waitFor();

  const { page: dora } = await openAs(browser, inbox, "dora");
  await dora.getByRole("heading", { name: "Nothing waits for you" }).waitFor();
  expect(await dora.getByText("You are Dora and have no role").count()).toBe(1);
  await dora.getByRole("link", { name: "See what waits for others" }).click();
  await dora.getByRole("heading", { name: "4 waiting" }).waitFor();

  await dora.route("**/v1/requests?**", (route) => route.abort());
  await dora.getByRole("link", { name: "Decided" }).click();
  await dora.getByRole("alert").getByText("could not be read").waitFor();
  await dora.unroute("**/v1/requests?**");
  await dora.getByRole("button", { name: "Try again" }).click();
  await dora.getByRole("heading", { name: "2 decided" }).waitFor();
});

test("on a phone the way back leads to the same place in the list", async () => {
  const many = await house();
  for (let index = 0; index < 30; index++) await many.ask("send_payment", { recipient: `Payee ${index}`, amount: 2_000 });
  const { page } = await openAs(browser, many, "fiona", PHONE);
  await page.getByRole("heading", { name: "30 waiting for you" }).waitFor();
  const row = page.getByRole("link", { name: "Pay Payee 20 " });
  await row.scrollIntoViewIfNeeded();
  const before = await row.boundingBox();
  await row.tap();
  await page.getByRole("heading", { name: "Pay Payee 20 $2,000" }).waitFor();
  expect(await row.isVisible()).toBe(false);
  await page.goBack();
  await row.waitFor();
  expect(await row.boundingBox()).toEqual(before);
  // Nothing is wider than the phone.
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  await many.close();
});
