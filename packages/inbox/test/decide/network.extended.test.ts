// The network is slow, or fails, and the session ends: said in place, sent once, and nothing is lost.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";
import { openRequest, paused, recorded, settled } from "../support/deciding.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

let amount = 4_200;
/** Each of another amount: of the same call a second time, the page warns. */
const payment = (given = ++amount) => inbox.ask("send_payment", { recipient: "Acme Corp", amount: given, invoice: "88" });
const DECISIONS = "**/v1/requests/*/decisions";

test("a slow answer is waited for, and the same button sends nothing twice", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  const sent: string[] = [];
  let goOn = (): void => {};
  await page.route(DECISIONS, async (route) => {
    sent.push(route.request().postData() ?? "");
    await new Promise<void>((resolve) => (goOn = resolve));
    await route.continue();
  });
  await page.getByRole("button", { name: "Approve" }).click();
  const busy = page.getByRole("button", { name: "Approving…" });
  await busy.click({ force: true });
  await page.keyboard.press("r");
  await busy.click({ force: true });
  expect(await page.getByText("Approved:").count()).toBe(0);
  expect(await page.getByRole("heading", { name: /^Reject/ }).count()).toBe(0);
  goOn();
  await expect.poll(async () => (await recorded(inbox, request)).events).toEqual(["asked", "approved"]);
  expect(sent).toHaveLength(1);
});

test("whoever goes on to another request meanwhile hears what became of the first", async () => {
  const [first, second] = [await payment(1_700), await payment(1_800)];
  const page = await openRequest(browser, inbox, "fiona", first);
  let fail = (): void => {};
  await page.route(DECISIONS, async (route) => {
    await new Promise<void>((resolve) => (fail = resolve));
    await route.abort();
  });
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Approving…" }).waitFor();
  await page.getByRole("region", { name: "Requests" }).getByRole("link", { name: "Pay Acme Corp $1,800" }).click();
  await page.getByRole("heading", { level: 1, name: "Pay Acme Corp $1,800" }).waitFor();
  fail();
  await page
    .getByText(/^Not approved\. No answer came from the server\./)
    .first()
    .waitFor();
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("$1,800");
  expect((await recorded(inbox, second)).events).toEqual(["asked"]);
});

/** It gets there, and the answer is lost. */
async function loseAnswers(page: Page): Promise<void> {
  await page.route(DECISIONS, async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
}

test("no answer: what was typed stays, and pressing again is one decision", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.route("**/v1/requests/*", (route) => route.abort());
  await loseAnswers(page);
  await page.keyboard.press("r");
  await page.getByLabel("Why?").fill("Not needed");
  await page.keyboard.press("Control+Enter");
  await page.getByText("It may have been recorded. Press again: that is safe").first().waitFor();
  expect(await page.getByLabel("Why?").inputValue()).toBe("Not needed");
  await page.unroute(DECISIONS);
  await page.keyboard.press("Control+Enter");
  await page.getByText("Rejected: Pay Acme Corp").first().waitFor();
  expect((await recorded(inbox, request)).events).toEqual(["asked", "rejected"]);
});

test("no answer, and the page hears that it was recorded: it goes on", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  await loseAnswers(page);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Approved: Pay Acme Corp").first().waitFor();
  expect((await recorded(inbox, request)).events).toEqual(["asked", "approved"]);
});

test("the server asks to wait: that is counted down, and it is sent again by hand", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  let times = 0;
  await page.route(DECISIONS, async (route) => {
    if (++times > 1) return route.continue();
    const body = JSON.stringify({ code: "RATE_LIMITED", detail: "", status: 429, requestId: "r-1" });
    return route.fulfill({ status: 429, headers: { "Retry-After": "5", "Content-Type": "application/problem+json" }, body });
  });
  await page.keyboard.press("a");
  await paused(page);
  await page.keyboard.press("a");
  await page
    .getByText(/Worth trying again in \ds/)
    .first()
    .waitFor();
  const sign = page.getByRole("region", { name: /^Approve:/ }).getByRole("button", { name: "Approve" });
  await sign.click({ force: true });
  expect(times).toBe(1);
  await page.getByText(/Worth trying again in/).waitFor({ state: "hidden" });
  await sign.click();
  await expect.poll(async () => (await recorded(inbox, request)).events).toEqual(["asked", "approved"]);
});

test("the session ends while somebody types: after they have signed in again, their text is there", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.keyboard.press("r");
  await page.getByLabel("Why?").fill("It was paid in May.");
  await page.context().clearCookies();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Your session has ended. Nothing was recorded.").first().waitFor();
  expect(await page.getByLabel("Why?").inputValue()).toBe("It was paid in May.");
  await page.context().addCookies([{ name: "as", value: "fiona", url: inbox.url }]);
  await page.reload();
  await settled(page);
  expect(await page.getByLabel("Why?").inputValue()).toBe("It was paid in May.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Rejected: Pay Acme Corp").first().waitFor();
  expect((await recorded(inbox, request)).events).toEqual(["asked", "rejected"]);
  // Signed, it is gone; and nobody else has seen it.
  expect(await page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('countersign.draft'))")).toEqual([]);
});
