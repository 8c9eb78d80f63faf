// The emergency brake: two presses and a reason, and the gate refuses.
import { approve, type ApprovalRequest } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, PHONE, sharedBrowser } from "../support/browser.ts";
import { pressOnceDrawn, still } from "../support/deciding.ts";
import { house, PEOPLE } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
const { gate } = inbox;
afterAll(() => inbox.close());

let asked = 0;
const payment = (): Promise<ApprovalRequest> => inbox.ask("send_payment", { recipient: `Payee ${++asked}`, amount: 4_200 });
const approved = async (): Promise<ApprovalRequest> => {
  const request = await payment();
  await gate.decide(request, approve(), { by: PEOPLE.fiona });
  return request;
};
const run = (request: ApprovalRequest) => gate.execute(request, () => Promise.resolve("paid"));
const liftAll = async (): Promise<void> => {
  for (const { id } of await gate.freezes()) await gate.liftFreeze(id, { by: PEOPLE.oscar });
};

test("an operator freezes a tool with its reach in view, nothing starts, and lifts it again", async () => {
  const [running, first, second] = [await approved(), await approved(), await approved()];
  await payment();
  let finish = (): void => {};
  const begun = Promise.withResolvers<void>();
  const done = gate.execute(running, () => {
    begun.resolve();
    return new Promise<string>((resolve) => (finish = () => resolve("paid")));
  });
  await begun.promise;

  const opened = await openAs(browser, inbox, "oscar", { path: "/freezes" });
  const { page } = opened;
  await page.getByText("Nothing is frozen.").waitFor();
  await page.getByRole("button", { name: "Freeze…" }).click();
  const dialog = page.getByRole("dialog", { name: "Freeze" });
  await dialog.getByRole("button", { name: "send_payment" }).click();
  await dialog.getByText("2 approved requests will not start. Their signatures stay good.").waitFor();
  await dialog.getByText("1 waiting request keeps waiting. It can be decided.").waitFor();
  await dialog.getByText("1 call is running. It goes on: a freeze doesn't stop what has begun.").waitFor();

  // Without a reason nothing is frozen, and the focus goes to where it belongs.
  const freeze = dialog.getByRole("button", { name: "Freeze the tool send_payment" });
  await freeze.click();
  await dialog.getByText("Say why.").waitFor();
  expect(await gate.freezes()).toEqual([]);
  expect(await page.locator(":focus").getAttribute("name")).toBe("reason");
  await page.keyboard.type("wrong <b>bank</b> details");
  await freeze.dblclick();
  await dialog.waitFor({ state: "detached" });
  expect(await gate.freezes()).toMatchObject([{ tool: "send_payment", reason: "wrong <b>bank</b> details", by: { id: "oscar" } }]);
  const row = page.getByRole("row").filter({ hasText: "The tool send_payment" });
  await row.getByText("wrong <b>bank</b> details").waitFor();
  await row.getByText("Oscar (ops)").waitFor();
  await expect(run(first)).rejects.toMatchObject({ code: "FROZEN" });
  finish();
  expect(await done).toBe("paid");

  await row.getByRole("button", { name: "Lift…" }).click();
  const lifting = page.getByRole("dialog", { name: "Lift this freeze?" });
  await lifting.getByText("2 approved requests can start. A worker looks within five minutes.").waitFor();
  await lifting.getByText("What another freeze covers stays stopped.").waitFor();
  await still(page);
  await lifting.getByRole("button", { name: "Lift" }).click();
  await page.getByText("Nothing is frozen.").waitFor();
  expect(await run(first)).toBe("paid");
  expect(await run(second)).toBe("paid");
  expectClean(opened, inbox);
});

test("from a link it takes a reason and Enter, by keyboard alone", async () => {
  await payment();
  const { page } = await openAs(browser, inbox, "fiona", { path: "/freezes?tool=send_payment" });
  const dialog = page.getByRole("dialog", { name: "Freeze" });
  await dialog.getByText("These are the requests that you can see. There may be others.").waitFor();
  // Other than a tool is for operators.
  expect(await dialog.getByRole("radio").count()).toBe(0);
  await page.keyboard.type("looks wrong");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  expect(await gate.freezes()).toMatchObject([{ tool: "send_payment", by: { id: "fiona" } }]);
  expect(new URL(page.url()).search).toBe("");
  await page.getByText("Operators lift a freeze. Ask one of them when it is over.").waitFor();
  expect(await page.getByRole("button", { name: "Lift…" }).count()).toBe(0);
  await liftAll();
  await page.getByText("Nothing is frozen.").waitFor();
});

test("who may not freeze it is told in place, and what was typed stays", async () => {
  await payment();
  const { page } = await openAs(browser, inbox, "dora", { path: "/freezes?tool=send_payment" });
  const dialog = page.getByRole("dialog", { name: "Freeze" });
  await dialog.getByLabel("Why").fill("I don't like it");
  await dialog.getByRole("button", { name: "Freeze the tool send_payment" }).click();
  await dialog.getByText("You may not freeze this. You can freeze a tool that you may sign, by its exact name.").waitFor();
  expect(await dialog.getByLabel("Why").inputValue()).toBe("I don't like it");
  expect(await gate.freezes()).toEqual([]);
});

test("everything is frozen only by whoever types it, on a phone as well", async () => {
  const request = await approved();
  const { page } = await openAs(browser, inbox, "oscar", { ...PHONE, path: "/freezes" });
  await page.getByRole("button", { name: "Freeze…" }).tap();
  const dialog = page.getByRole("dialog", { name: "Freeze" });
  await dialog.getByLabel("Everything").check();
  await dialog.getByText("1 approved request will not start. Its signatures stay good.").waitFor();
  await dialog.getByLabel("Why").fill("an intruder");
  const freeze = dialog.getByRole("button", { name: "Freeze everything" });
  await freeze.tap();
  await dialog.getByText("Type “freeze everything”.").waitFor();
  expect(await gate.freezes()).toEqual([]);
  await dialog.getByLabel("To stop all agents and tools").fill("freeze everything");
  await freeze.tap();
  await dialog.waitFor({ state: "detached" });
  const [frozen] = await gate.freezes();
  expect(frozen).toMatchObject({ reason: "an intruder" });
  expect(frozen?.tool).toBeUndefined();
  await expect(run(request)).rejects.toMatchObject({ code: "FROZEN" });
  await liftAll();
});

test("an answer that gets lost, and a press on it, make one freeze", async () => {
  const { page } = await openAs(browser, inbox, "oscar", { path: "/freezes?agent=payments" });
  const dialog = page.getByRole("dialog", { name: "Freeze" });
  await dialog.getByLabel("Why").fill("lost");
  await page.route("**/v1/freezes", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    return route.abort();
  });
  const freeze = dialog.getByRole("button", { name: "Freeze the agent payments" });
  await freeze.click();
  await dialog.getByText("No answer came from the server.").waitFor();
  await dialog.getByText("It may have been recorded. Press again: that is safe").waitFor();
  await page.unroute("**/v1/freezes");
  await freeze.click();
  await dialog.waitFor({ state: "detached" });
  expect(await gate.freezes()).toMatchObject([{ agent: "payments", reason: "lost" }]);
  await liftAll();
});

test("a lift whose answer gets lost isn't said to be undone: calls run again", async () => {
  await gate.freeze({ tool: "send_payment" }, { by: PEOPLE.oscar, reason: "lost" });
  const { page } = await openAs(browser, inbox, "oscar", { path: "/freezes" });
  await page.route("**/v1/freezes/*", async (route) => {
    await route.fetch();
    return route.abort();
  });
  await page.getByRole("button", { name: "Lift…" }).click();
  const dialog = page.getByRole("dialog", { name: "Lift this freeze?" });
  await still(page);
  await dialog.getByRole("button", { name: "Lift" }).click();
  await dialog.getByText("It may have been recorded. Press again: that is safe").waitFor();
  expect(await gate.freezes()).toEqual([]);
  expect(await dialog.getByText("This was not done").count()).toBe(0);
  await page.unroute("**/v1/freezes/*");
  await dialog.getByRole("button", { name: "Lift" }).click();
  await dialog.waitFor({ state: "detached" });
});

test("the second tap of a double tap on Lift… lifts nothing", async () => {
  await gate.freeze({ tool: "send_payment" }, { by: PEOPLE.oscar, reason: "tapped" });
  const { page } = await openAs(browser, inbox, "oscar", { ...PHONE, path: "/freezes" });
  await pressOnceDrawn(page, { on: 'document.querySelector("dialog[open] button:last-of-type")', type: "click", late: 100 });
  await page.getByRole("button", { name: "Lift…" }).tap();
  expect(await page.evaluate("isFree")).toBe(false);
  expect(await page.getByRole("dialog", { name: "Lift this freeze?" }).isVisible()).toBe(true);
  expect(await gate.freezes()).toHaveLength(1);
  await liftAll();
});

test("counting never holds the brake up, and a name that was never asked about is doubted", async () => {
  const { page } = await openAs(browser, inbox, "oscar", { path: "/freezes?tool=send_paymnt" });
  const dialog = page.getByRole("dialog", { name: "Freeze" });
  await dialog.getByText("Nothing was ever asked of it. Check the name: a misspelt freeze stops nothing.").waitFor();
  await page.route("**/v1/requests?*", (route) => route.abort());
  await dialog.getByRole("textbox", { name: "Tool" }).fill("wire_*");
  await dialog.getByText("How many requests this is about can't be counted now. You can go on all the same.").waitFor();
  await dialog.getByLabel("Why").fill("abroad");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  expect(await gate.freezes()).toMatchObject([{ tool: "wire_*" }]);
  await liftAll();
});

test("texts of others are text", async () => {
  await gate.freeze({ tool: "x<script>alert(1)</script>" }, { by: { id: "mal\u202elory" }, reason: "<img src=x onerror=alert(1)>\u200b" });
  const opened = await openAs(browser, inbox, "audrey", { path: "/freezes" });
  const { page } = opened;
  await page.getByText("The tool x<script>alert(1)</script>").waitFor();
  await page.getByText("<img src=x onerror=alert(1)>\\u{200b}").waitFor();
  await page.getByText("mal\\u{202e}lory").waitFor();
  expectClean(opened, inbox);
  await liftAll();
});
