// What is seldom done about a request: withdrawing it, saying what happened, freezing its tool.
import { afterAll, expect, test } from "vitest";
import { sharedBrowser } from "../support/browser.ts";
import { house, PEOPLE } from "../support/house.ts";
import { lose } from "../support/lose.ts";
import { openRequest, recorded, settled } from "../support/deciding.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

let amount = 4_200;
const payment = () => inbox.ask("send_payment", { recipient: "Acme Corp", amount: ++amount, invoice: "88" });

test("whoever asked withdraws it, with a reason", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "dora", request);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "Withdraw it…" }).click();
  const send = page.getByRole("button", { name: "Withdraw", exact: true });
  expect(await send.getAttribute("aria-disabled")).toBe("true");
  await page.getByLabel("Why?").fill("It was paid by card.");
  await page.keyboard.press("Control+Enter");
  await page.getByText("It is cancelled.").waitFor();
  expect(await recorded(inbox, request)).toMatchObject({ request: { status: "cancelled" }, events: ["asked", "cancelled"] });
});

test("a reviewer reads why they can't withdraw it, and freezes the tool instead", async () => {
  const request = await payment();
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.getByRole("button", { name: "More" }).click();
  expect(await page.getByRole("button", { name: "Withdraw it…" }).getAttribute("aria-disabled")).toBe("true");
  await page.getByRole("link", { name: "Freeze send_payment…" }).click();
  await expect.poll(() => new URL(page.url()).pathname + new URL(page.url()).search).toBe("/approvals/freezes?tool=send_payment");
});

test("what nobody knows is settled by whoever has looked", async () => {
  const request = await payment();
  await lose(inbox, request);
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.getByRole("button", { name: "Say what happened" }).click();
  await settled(page);
  const send = page.getByRole("button", { name: "Record it" });
  await page.getByLabel("It happened").check();
  await page.getByLabel("The result").fill('{ "paid": 4200 }');
  await page.getByText("Recorded as JSON.").waitFor();
  await send.click({ force: true });
  expect((await recorded(inbox, request)).request?.execution).toBe("unknown");
  await page.getByLabel("I have looked into the outside system").check();
  // Somebody else says so, a moment before.
  await page.route("**/settlement", async (route) => {
    await inbox.gate.settle(request.id, { failed: "no such account" }, { by: PEOPLE.bob });
    await route.continue();
  });
  await send.click();
  await page.getByText("This can't be done any more: it is approved, and its execution is failed.").first().waitFor();
  expect(await page.getByLabel("The result").inputValue()).toBe('{ "paid": 4200 }');
  expect(await send.getAttribute("aria-disabled")).toBe("true");
});

test("what happened is recorded as it was said", async () => {
  const request = await payment();
  await lose(inbox, request);
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.getByRole("button", { name: "Say what happened" }).click();
  await settled(page);
  await page.getByLabel("It didn't happen. The model is told so").check();
  await page.getByLabel("I have looked into the outside system").check();
  await page.getByLabel("Why it didn't happen").fill("The account is closed.");
  await page.keyboard.press("Control+Enter");
  await expect.poll(async () => (await recorded(inbox, request)).request?.receipt).toMatchObject({ status: "failed" });
  // The panel is gone: there is nothing to say any more.
  await page.getByText(/^It is approved, failed/).waitFor();
});

test("it didn't happen: the call may run again", async () => {
  const request = await payment();
  await lose(inbox, request);
  const page = await openRequest(browser, inbox, "fiona", request);
  await page.getByRole("button", { name: "Say what happened" }).click();
  await settled(page);
  await page.getByLabel("It didn't happen. Run it again").check();
  await page.getByText("If it did happen after all, it will have happened twice.").waitFor();
  await page.getByLabel("I have looked into the outside system").check();
  await page.getByRole("button", { name: "Record it" }).click();
  await expect.poll(async () => (await recorded(inbox, request)).request?.execution).toBe("none");
});
