// With a finger: holding approves, and whatever slips doesn't.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { PHONE, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";
import { openRequest, paused, recorded } from "../support/deciding.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const payment = (amount: number) => inbox.ask("send_payment", { recipient: "Acme Corp", amount, invoice: "88" });

async function holdFor(page: Page, ms: number, away?: number): Promise<void> {
  const box = await page.getByRole("button", { name: "Hold to approve" }).boundingBox();
  if (!box) throw new Error("There is no such button.");
  const touch = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session = await page.context().newCDPSession(page);
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [touch] });
  await page.waitForTimeout(ms);
  if (away !== undefined)
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ ...touch, y: touch.y - away }] });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** As soon as there is a panel, its first button is clicked: so does a finger that trembles. */
async function trembleOnceDrawn(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.trembled = new Promise((resolve) =>
      new MutationObserver((_, observer) => {
        const sign = document.querySelector("article footer section button");
        if (!sign) return;
        observer.disconnect();
        sign.click();
        resolve(sign.innerText);
      }).observe(document, { childList: true, subtree: true }),
    );
    undefined;
  `);
}

test("held for long enough, it approves; let go early, it asks", async () => {
  const request = await payment(4_200);
  const page = await openRequest(browser, inbox, "fiona", request, PHONE);
  await holdFor(page, 200);
  await page.getByRole("heading", { name: "Approve: Pay Acme Corp $4,200?" }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).tap();
  await paused(page);
  await holdFor(page, 300, 300);
  await page.waitForTimeout(900);
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
  await holdFor(page, 1_000);
  await expect.poll(async () => (await recorded(inbox, request)).events).toEqual(["asked", "approved"]);
});

test("a tap names the call, and a tap on the button there signs it: nobody has to hold", async () => {
  const request = await payment(4_300);
  const page = await openRequest(browser, inbox, "fiona", request, PHONE);
  await trembleOnceDrawn(page);
  await page.getByRole("button", { name: "Hold to approve" }).tap();
  await page.getByRole("heading", { name: "Approve: Pay Acme Corp $4,300?" }).waitFor();
  const sign = page.getByRole("region", { name: /^Approve:/ }).getByRole("button", { name: "Approve" });
  expect(await page.evaluate("trembled")).toBe("Approve");
  await page.waitForTimeout(550);
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
  await sign.tap();
  await expect.poll(async () => (await recorded(inbox, request)).events).toEqual(["asked", "approved"]);
});

test("a risky one isn't approved by holding", async () => {
  const request = await payment(42_000);
  const page = await openRequest(browser, inbox, "fiona", request, PHONE);
  expect(await page.getByRole("button", { name: "Hold to approve" }).count()).toBe(0);
  await page.getByRole("button", { name: "Approve" }).tap();
  await page.getByRole("heading", { name: "Approve: Pay Acme Corp $42,000?" }).waitFor();
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
});
