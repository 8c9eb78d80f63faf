// Each decision, as somebody makes it: with the mouse, with keys, typed, remembered, by two.
import { afterAll, expect, test } from "vitest";
import { sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";
import { openRequest, paused, pressOnceDrawn, recorded, settled } from "../support/deciding.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const payment = (amount = 4_200) => inbox.ask("send_payment", { recipient: "Acme Corp", amount, invoice: "88" });

test("a harmless call is approved by one press of the mouse, and the next one opens", async () => {
  const first = await payment(1_100);
  const second = await payment(1_200);
  const page = await openRequest(browser, inbox, "fiona", first);
  // Twice, as people do: the second click reaches nothing.
  await page.getByRole("button", { name: "Approve" }).dblclick();
  await page.getByRole("heading", { level: 1, name: "Pay Acme Corp $1,200" }).waitFor();
  await expect.poll(() => page.locator(":focus").textContent()).toBe("Pay Acme Corp $1,200");
  expect(await page.getByText("Approved: Pay Acme Corp $1,100").first().isVisible()).toBe(true);
  expect(await recorded(inbox, first)).toMatchObject({ request: { status: "approved" }, events: ["asked", "approved"] });
  expect(await recorded(inbox, second)).toMatchObject({ request: { status: "pending" }, events: ["asked"] });
  await settled(page);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("heading", { name: "Nothing waits for you." }).waitFor();
  expect(await page.getByText("You decided 2 since you came.").isVisible()).toBe(true);
});

test("a key names the call first; held down, or pressed twice at once, it signs nothing; pressed again it does", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.keyboard.down("a");
  await page.getByRole("heading", { name: "Approve: Pay Acme Corp $4,200?" }).waitFor();
  await paused(page);
  for (let times = 0; times < 3; times++) await page.keyboard.down("a");
  await page.keyboard.up("a");
  await page.keyboard.press("Escape");
  await pressOnceDrawn(page, { on: 'document.querySelector("article footer section")', init: { key: "a" }, late: 400 });
  await page.keyboard.press("a");
  expect(await page.evaluate("isFree")).toBe(false);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Approve: Pay Acme Corp $4,200?" }).waitFor();
  expect(await recorded(inbox, request)).toMatchObject({ request: { status: "pending" }, events: ["asked"] });
  await paused(page);
  await page.keyboard.press("a");
  await expect.poll(async () => (await recorded(inbox, request)).events).toEqual(["asked", "approved"]);
});

test("a risky call is named with its warnings, and no key that slips signs it", async () => {
  const request = await payment(42_000);
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("heading", { name: "Approve: Pay Acme Corp $42,000?" }).waitFor();
  // The second click comes as late as a hand makes it: where the button now stands that signs.
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await settled(page);
  await page.keyboard.press("a");
  await page.keyboard.press("Enter");
  expect(await recorded(inbox, request)).toMatchObject({ events: ["asked"] });
  await page.getByText("Add a comment").click();
  await page.getByLabel("For people and the audit trail").fill("Checked with the bank");
  await page.keyboard.press("Control+Enter");
  await expect
    .poll(async () => (await recorded(inbox, request)).request?.decisions)
    .toMatchObject([{ decision: { type: "approve", comment: "Checked with the bank" }, by: { id: "fiona" }, via: "web" }]);
});

test("what the terms want typed is compared by the server, and a wrong value loses nothing", async () => {
  const request = await inbox.ask("wire_abroad", { recipient: "Initech", amount: 9_000, country: "DE" });
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.keyboard.press("a");
  const field = page.getByLabel("Type the amount");
  await expect.poll(() => page.locator("input:focus").count()).toBe(1);
  const sign = page.getByRole("region", { name: /^Approve/ }).getByRole("button", { name: /^Approve/ });
  expect(await sign.getAttribute("aria-disabled")).toBe("true");
  await field.fill("9,000");
  await settled(page);
  await sign.click();
  await page.getByText("This isn't what stands in the arguments").waitFor();
  expect(await field.inputValue()).toBe("9,000");
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
  await field.fill("9000");
  await sign.click();
  await page.getByText("Signed, 1 of finance still missing").or(page.getByText("Signed, 1 more still missing")).first().waitFor();

  // The second of two, in a browser of their own.
  const bob = await openRequest(browser, inbox, "bob", request);
  await bob.getByRole("button", { name: "Approve" }).click();
  await bob.getByLabel("Type the amount").fill("9000");
  await bob.keyboard.press("Control+Enter");
  await expect.poll(async () => (await recorded(inbox, request)).request?.status).toBe("approved");
  expect((await recorded(inbox, request)).request?.decisions.map(({ by }) => by.id)).toEqual(["fiona", "bob"]);
});

test("a rejection tells the model why, and what comes then", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.keyboard.press("r");
  await page.getByRole("button", { name: "Wrong amount" }).click();
  await page.getByLabel("Why?").press("End");
  await page.keyboard.type(". It is 400.");
  await page.getByLabel("It may try again with other arguments").check();
  await page.keyboard.press("Control+Enter");
  await expect
    .poll(async () => (await recorded(inbox, request)).request?.decisions)
    .toMatchObject([{ decision: { type: "reject", message: "Wrong amount. It is 400.", then: "revise" } }]);
});

test("nothing is remembered unless it is chosen, and what is chosen is said in words", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.keyboard.press("a");
  await page.getByText("Remember this for later calls").click();
  expect(await page.getByLabel("Only this one").isChecked()).toBe(true);
  await page.getByLabel("Any call of send_payment").check();
  await page.getByLabel("24 hours").check();
  await page.getByLabel("10", { exact: true }).check();
  await page
    .getByText("For 24 hours, in this conversation, the next 10 calls of send_payment, whatever the arguments, run without")
    .waitFor();
  await page.keyboard.press("Control+Enter");
  await expect
    .poll(async () => inbox.gate.grants())
    .toMatchObject([{ scope: "tool", within: "thread", uses: 10, decision: "approve", requestId: request.id }]);
});

test("whoever may not sign reads why, and the keys say it as well", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "dora", request);
  await page.getByText("It takes finance. You have no role.").first().waitFor();
  await page.keyboard.press("a");
  await page.getByRole("button", { name: "Approve" }).click({ force: true });
  expect(await page.getByRole("heading", { name: /^Approve:/ }).count()).toBe(0);
  expect((await recorded(inbox, request)).events).toEqual(["asked"]);
});
