// Several are decided together: what has to be typed first, and what happens while they are sent.
import { reject } from "@countersign/core";
import { beforeEach, expect, test } from "vitest";
import { chooseAll } from "../support/batch.ts";
import { sharedBrowser } from "../support/browser.ts";
import { recorded } from "../support/deciding.ts";
import { house, PEOPLE, type House } from "../support/house.ts";

const browser = await sharedBrowser();
let inbox: House;
beforeEach(async () => {
  inbox = await house();
  return () => inbox.close();
});

const payment = (amount: number) => inbox.ask("send_payment", { recipient: "Acme Corp", amount, invoice: String(amount) });

test("ten or more: how many has to be typed, and one that somebody decided meanwhile stays with the reason", async () => {
  const all = [];
  for (let each = 0; each < 11; each++) all.push(await payment(2_000 + each));
  const [first] = all;
  if (!first) throw new Error("There is none.");
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reject", { exact: true }).check();
  await dialog.getByRole("button", { name: "Not needed" }).click();
  const send = dialog.getByRole("button", { name: "Reject 11" });
  await dialog.getByLabel("Type 11 to reject 11").fill("12");
  expect(await send.getAttribute("aria-disabled")).toBe("true");
  await dialog.getByLabel("Type 11 to reject 11").fill("11");
  await page.route("**/v1/decisions", async (route) => {
    await inbox.gate.decide(first, reject("mine"), { by: PEOPLE.bob });
    await route.continue();
  });
  await send.dblclick();
  await dialog.getByRole("heading", { name: "Decided: 10" }).waitFor();
  await dialog.getByText(/Bob \(finance\) rejected it first/).waitFor();
  expect((await recorded(inbox, first)).request?.decisions).toMatchObject([{ by: { id: "bob" } }]);
  for (const each of all.slice(1)) expect(await recorded(inbox, each)).toMatchObject({ events: ["asked", "rejected"], request: { decisions: [{ decision: { message: "Not needed" } }] } }); // prettier-ignore
  await dialog.getByRole("button", { name: "Close" }).click();
});

test("no answer: all of them stay, and are sent again", async () => {
  const [one, two] = [await payment(2_000), await payment(3_000)];
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  await page.route("**/v1/decisions", (route) => route.abort());
  await dialog.getByLabel("Approve", { exact: true }).check();
  await dialog.getByRole("button", { name: "Approve 2" }).click();
  await dialog.getByText("It may have been recorded. Press again").waitFor();
  await page.unroute("**/v1/decisions");
  await dialog.getByRole("button", { name: "Approve 2" }).click();
  await dialog.getByRole("heading", { name: "Decided: 2" }).waitFor();
  for (const each of [one, two]) expect((await recorded(inbox, each)).events).toEqual(["asked", "approved"]);
});

test("how risky each one is stands beside it, and with one of high risk they are counted", async () => {
  const [, risky] = [await payment(2_000), await payment(20_000)];
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("listitem").filter({ hasText: "$20,000" }).getByText("high risk").waitFor();
  await dialog.getByLabel("Approve", { exact: true }).check();
  const send = dialog.getByRole("button", { name: "Approve 2" });
  expect(await send.getAttribute("aria-disabled")).toBe("true");
  await dialog.getByLabel("Type 2 to approve 2").fill("2");
  await send.click();
  await dialog.getByRole("heading", { name: "Decided: 2" }).waitFor();
  expect((await recorded(inbox, risky)).events).toEqual(["asked", "approved"]);
});

test("while they are decided, Escape closes nothing, however often it is pressed", async () => {
  const [one] = [await payment(2_000), await payment(3_000)];
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  let goOn = (): void => {};
  await page.route(/\/v1\/decisions/, async (route) => {
    await new Promise<void>((resolve) => (goOn = resolve));
    await route.continue();
  });
  await dialog.getByLabel("Approve", { exact: true }).check();
  await dialog.getByRole("button", { name: "Approve 2" }).click();
  await dialog.getByRole("button", { name: "Approving…" }).waitFor();
  for (let press = 0; press < 4; press++) await page.keyboard.press("Escape");
  await page.waitForTimeout(100);
  expect(await dialog.isVisible()).toBe(true);
  goOn();
  await dialog.getByRole("heading", { name: "Decided: 2" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  expect((await recorded(inbox, one)).events).toEqual(["asked", "approved"]);
});
