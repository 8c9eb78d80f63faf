// With a finger: holding approves, and whatever slips doesn't.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { PHONE, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";
import { openRequest, paused, pressOnceDrawn, recorded } from "../support/deciding.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const payment = (amount: number) => inbox.ask("send_payment", { recipient: "Acme Corp", amount, invoice: "88" });

/** A finger on this button, and where it goes, in pixels from there. */
async function touchOn(page: Page, name: string) {
  const box = await page.getByRole("button", { name }).boundingBox();
  if (!box) throw new Error("There is no such button.");
  const session = await page.context().newCDPSession(page);
  const at = ({ x = 0, y = 0 }) => [{ x: box.x + box.width / 2 + x, y: box.y + box.height / 2 + y }];
  return {
    start: () => session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at({}) }),
    move: (to: { readonly x?: number; readonly y?: number }) =>
      session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(to) }),
    end: () => session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] }),
  };
}

async function holdFor(page: Page, ms: number, away?: number): Promise<void> {
  const touch = await touchOn(page, "Hold to approve");
  await touch.start();
  await page.waitForTimeout(ms);
  if (away !== undefined) await touch.move({ y: -away });
  await touch.end();
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

test("held for long enough, it says so, and signs when the finger is lifted there: slid off, it doesn't", async () => {
  const request = await payment(4_250);
  const page = await openRequest(browser, inbox, "fiona", request, PHONE);
  const touch = await touchOn(page, "Hold to approve");
  await touch.start();
  await page.getByRole("button", { name: "Let go to approve" }).waitFor();
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
  // Sideways, where nothing scrolls.
  await touch.move({ x: -150 });
  await page.getByRole("button", { name: "Hold to approve" }).waitFor();
  await touch.move({ x: 0 });
  await touch.end();
  await page.waitForTimeout(300);
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
});

test("how long it was held, the finger says, and not the page that hears of it late", async () => {
  const request = await payment(4_270);
  const page = await openRequest(browser, inbox, "fiona", request, PHONE);
  const touch = await touchOn(page, "Hold to approve");
  // Lifted soon, while the page is busy until a timer of the whole hold is over.
  await page.evaluate(`
    globalThis.held = new Promise((resolve) => {
      let begun;
      addEventListener("pointerdown", ({ timeStamp }) => {
        begun = timeStamp;
        setTimeout(() => {
          console.log("busy");
          while (performance.now() < begun + 2_000);
        });
      }, { capture: true });
      addEventListener("pointerup", ({ timeStamp }) => resolve(timeStamp - begun), { capture: true });
    });
    undefined;
  `);
  const isBusy = page.waitForEvent("console");
  const started = touch.start();
  await isBusy;
  await Promise.all([started, touch.end()]);
  const isHeld = (await page.evaluate<number>("held")) >= 700;
  await page.waitForTimeout(300);
  expect((await recorded(inbox, request)).events).toEqual(isHeld ? ["asked", "approved"] : ["asked"]);
});

test("a tap names the call, and a tap on the button there signs it: nobody has to hold", async () => {
  const request = await payment(4_300);
  const page = await openRequest(browser, inbox, "fiona", request, PHONE);
  // A finger that trembles taps what is drawn beneath it.
  const on = `[...document.querySelectorAll("article footer section button")].find(({ innerText }) => innerText === "Approve")`;
  await pressOnceDrawn(page, { on, type: "click", late: 0 });
  await page.getByRole("button", { name: "Hold to approve" }).tap();
  await page.getByRole("heading", { name: "Approve: Pay Acme Corp $4,300?" }).waitFor();
  const sign = page.getByRole("region", { name: /^Approve:/ }).getByRole("button", { name: "Approve" });
  expect(await page.evaluate("isFree")).toBe(false);
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
