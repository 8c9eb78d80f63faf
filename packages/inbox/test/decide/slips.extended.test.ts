// What slips signs nothing: neither what somebody no longer looks at, nor what they have not looked at yet.
import { approve, edit } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { decideAs } from "../support/decide-as.ts";
import { SOON } from "../support/ear.ts";
import { house, PEOPLE } from "../support/house.ts";
import { openRequest, pressOnceDrawn, recorded, still } from "../support/deciding.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const WIRE = { recipient: "Initech", amount: 9_000, country: "DE", urgent: false };

test("a signature that no longer counts isn't taken for the one that was refused", async () => {
  const request = await inbox.ask("wire_abroad", WIRE);
  await decideAs(inbox, "fiona", request, approve({ confirm: 9_000 }));
  await decideAs(inbox, "bob", request, edit({ ...WIRE, amount: 9_900 }, { confirm: 9_900 }));
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.keyboard.press("a");
  await page.getByLabel("Type the amount").fill("9000");
  await page.keyboard.press("Control+Enter");
  await page
    .getByText(/What you typed isn't what stands at/)
    .first()
    .waitFor();
  await page.waitForTimeout(500);
  expect(await page.getByText(/^Signed, /).count()).toBe(0);
  expect(await page.getByLabel("Type the amount").inputValue()).toBe("9000");
  await page.getByLabel("Type the amount").fill("9900");
  await page.keyboard.press("Control+Enter");
  await page
    .getByText(/^Signed, /)
    .first()
    .waitFor();
  expect((await recorded(inbox, request)).request?.decisions).toHaveLength(3);
});

test("an answer that was asked for before anything was shown doesn't change what is shown", async () => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_200 });
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByText("Live", { exact: true }).waitFor();
  const waiting: (() => void)[] = [];
  await page.route(new RegExp(`/v1/requests/${request.id}(\\?.*)?$`), async (route) => {
    if (waiting.length === 2) return route.continue();
    const response = waiting.length === 0 ? await route.fetch() : undefined;
    await new Promise<void>((resolve) => waiting.push(resolve));
    return route.fulfill({ response: response ?? (await route.fetch()) });
  });
  await page.getByRole("link", { name: "Pay Acme Corp $2,200" }).click();
  await expect.poll(() => waiting.length, SOON).toBe(1);
  await decideAs(inbox, "bob", request, edit({ recipient: "Acme Corp", amount: 2_300 }));
  await expect.poll(() => waiting.length, SOON).toBe(2);
  waiting[0]?.();
  const title = page.getByRole("heading", { level: 1, name: "Pay Acme Corp $2,200" });
  await title.waitFor();
  waiting[1]?.();
  await page.getByRole("button", { name: "Show the new arguments" }).first().waitFor();
  expect(await title.isVisible()).toBe(true);
});

test("the key that signed one request doesn't reject the next one, which has a draft", async () => {
  const [first, second] = [
    await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 7_001 }),
    await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 7_002 }),
  ];
  const page = await openRequest(browser, inbox, "fiona", second);
  await page.keyboard.press("r");
  await page.getByLabel("Why?").fill("Not sure yet");
  await page.getByRole("region", { name: "Requests" }).getByRole("link", { name: "$7,001" }).first().click();
  await page.getByRole("button", { name: /^More/ }).waitFor();
  await page.waitForTimeout(600);
  await page.keyboard.press("r");
  await page.getByLabel("Why?").fill("No");
  await page.evaluate(() => {
    new MutationObserver((_all, observer) => {
      const panel = [...document.querySelectorAll("section")].find((each) =>
        /^Reject:.*7,002/.test(each.querySelector("h2")?.textContent ?? ""),
      );
      if (!panel) return;
      observer.disconnect();
      panel.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }));
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: /^Reject:.*7,002/ }).waitFor();
  await page.waitForTimeout(600);
  expect((await recorded(inbox, first)).request?.status).toBe("rejected");
  expect((await recorded(inbox, second)).request?.status).toBe("pending");
});

const PANEL = 'document.querySelector("article footer section")';

test.each([
  ["click", `[...(${PANEL}?.querySelectorAll("button") ?? [])].find((each) => each.textContent.startsWith("Approve despite"))`],
  ["keydown", `${PANEL}?.textContent.includes("Approve despite") ? ${PANEL} : undefined`],
] as const)("a %s that meets a warning which has just come signs nothing", async (type, on) => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: type === "click" ? 3_001 : 3_002 });
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: /^Approve:/ }).waitFor();
  await still(page);
  await pressOnceDrawn(page, { on, type, init: { key: "Enter", ctrlKey: true }, late: 0 });
  const { id } = await inbox.gate.freeze({ tool: "send_payment" }, { by: PEOPLE.oscar, reason: "wrong bank details" });
  await page.evaluate("isFree");
  await page.waitForTimeout(600);
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
  await page.getByRole("button", { name: "Approve despite the warning" }).click();
  await expect.poll(async () => (await recorded(inbox, request)).events, SOON).toContain("approved");
  await inbox.gate.liftFreeze(id, { by: PEOPLE.oscar });
});

test("a press that meets a button which signs by now, for a warning has gone, signs nothing", async () => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 3_003 });
  const { id } = await inbox.gate.freeze({ tool: "send_payment" }, { by: PEOPLE.oscar, reason: "wrong bank details" });
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.getByText("wrong bank details").first().waitFor();
  await page.evaluate(`
    globalThis.isPressed = new Promise((resolve) => new MutationObserver((_all, observer) => {
      if (document.querySelector("article").textContent.includes("wrong bank details")) return;
      observer.disconnect();
      const button = document.querySelector("article footer button");
      button.dispatchEvent(new PointerEvent("pointerdown", { pointerType: "mouse", isPrimary: true, bubbles: true }));
      button.dispatchEvent(new MouseEvent("click", { detail: 1, bubbles: true, cancelable: true }));
      resolve();
    }).observe(document.querySelector("article"), { childList: true, subtree: true }));
    undefined;
  `);
  await inbox.gate.liftFreeze(id, { by: PEOPLE.oscar });
  await page.evaluate("isPressed");
  await page.waitForTimeout(600);
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
});
