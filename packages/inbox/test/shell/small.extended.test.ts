// Little room: a desktop at 400 %, and the same without a keyboard's hints.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
beforeAll(() => inbox.ask("send_payment", { recipient: "Acme Corp", amount: 4_200 }));
afterAll(() => inbox.close());

test("at 400 % the request has the room, and its actions are behind it, their words whole", async () => {
  const { page } = await openAs(browser, inbox, "fiona", { viewport: { width: 320, height: 200 } });
  await page.getByRole("link", { name: "Pay Acme Corp $4,200" }).click();
  const reject = page.getByRole("button", { name: "Reject" });
  await reject.waitFor();
  // Room for some lines below the header.
  const isOver = async (): Promise<boolean> => ((await reject.boundingBox())?.y ?? 0) > 200;
  expect(await isOver()).toBe(true);
  await reject.scrollIntoViewIfNeeded();
  expect(await isOver()).toBe(false);
  expect((await reject.boundingBox())?.height).toBeLessThan(50);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
  await page.context().close();
});
