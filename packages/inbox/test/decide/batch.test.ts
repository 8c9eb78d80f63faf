// Several are decided together: each is shown, each is answered by itself.
import { beforeEach, expect, test } from "vitest";
import { chooseAll } from "../support/batch.ts";
import { sharedBrowser } from "../support/browser.ts";
import { recorded } from "../support/deciding.ts";
import { house, PEOPLE, type House } from "../support/house.ts";
import { STILL } from "../../src/page/look/use-meant.ts";

const browser = await sharedBrowser();
let inbox: House;
beforeEach(async () => {
  inbox = await house();
  return () => inbox.close();
});

const payment = (amount: number) => inbox.ask("send_payment", { recipient: "Acme Corp", amount, invoice: String(amount) });

test("one decision about three: what isn't alike is left out, and each is listed with its digest", async () => {
  const [one, two] = [await payment(2_000), await payment(3_000)];
  const wire = await inbox.ask("wire_abroad", { recipient: "Initech", amount: 9_000, country: "DE" });
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", { name: "To decide: 2" }).waitFor();
  await dialog.getByRole("heading", { name: "Left out: 1" }).waitFor();
  await dialog.getByText("The terms want each such call to be looked at by itself.").waitFor();
  await dialog.getByText(`In full, digest ${one.proposal.digest.slice(0, 12)}…`).click();
  await dialog.getByText(one.proposal.digest, { exact: true }).waitFor();
  const send = dialog.getByRole("button", { name: /^(Decide|Approve) 2$/ });
  expect(await send.getAttribute("aria-disabled")).toBe("true");
  await dialog.getByLabel("Approve", { exact: true }).check();
  await dialog.getByLabel("Comment, for people and the audit trail").fill("Checked the statement");
  await send.click();
  await dialog.getByRole("heading", { name: "Decided: 2" }).waitFor();
  const batches = await Promise.all([one, two].map(async (each) => (await recorded(inbox, each)).request?.decisions[0]));
  expect(batches).toMatchObject([{ decision: { comment: "Checked the statement" } }, { decision: { comment: "Checked the statement" } }]);
  expect(batches[0]?.batch).toBe(batches[1]?.batch);
  expect((await recorded(inbox, wire)).events).toEqual(["asked"]);
});

test("whoever changes their mind sees the comment that they have written for the other decision", async () => {
  const [one] = [await payment(2_000), await payment(3_000)];
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  const comment = dialog.getByLabel("Comment, for people and the audit trail");
  await dialog.getByLabel("Approve", { exact: true }).check();
  await comment.fill("All paid in May");
  await dialog.getByLabel("Reject", { exact: true }).check();
  expect(await comment.inputValue()).toBe("All paid in May");
  await comment.fill("");
  await dialog.getByRole("button", { name: "Reject 2" }).click();
  await dialog.getByRole("heading", { name: "Decided: 2" }).waitFor();
  const [signed] = (await recorded(inbox, one)).request?.decisions ?? [];
  expect(signed?.decision).toEqual({ type: "reject", then: "continue" });
});

test("a warning that has come since they were read is read before anybody signs", async () => {
  const [one, two] = [await payment(2_000), await payment(3_000)];
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Approve", { exact: true }).check();
  await inbox.gate.freeze({ tool: "send_payment" }, { by: PEOPLE.oscar, reason: "fraud alert" });
  const send = dialog.getByRole("button", { name: "Approve 2" });
  await send.dblclick();
  await expect.poll(() => dialog.getByText("Nothing was signed. Look at it again, then decide.").count()).toBe(2);
  await expect.poll(() => dialog.getByText("fraud alert").count()).toBe(2);
  expect((await Promise.all([one, two].map((each) => recorded(inbox, each)))).map(({ events }) => events)).toEqual([["asked"], ["asked"]]);
  await dialog.getByLabel("Type 2 to approve 2").fill("2");
  await page.waitForTimeout(STILL);
  await send.click();
  await dialog.getByRole("heading", { name: "Decided: 2" }).waitFor();
});

test("the keyboard goes on in the list, whether they were decided or not", async () => {
  await payment(2_000);
  await payment(3_000);
  const page = await chooseAll(browser, inbox);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cancel" }).press("Enter");
  expect(await page.locator(":focus").innerText()).toBe("Decide together…");
  await page.getByRole("button", { name: "Clear" }).press("Enter");
  await page.locator("[role=listitem] :focus").waitFor();
  await page.keyboard.press("x");
  await page.getByRole("button", { name: "Decide together…" }).press("Enter");
  await dialog.getByLabel("Approve", { exact: true }).check();
  await dialog.getByRole("button", { name: "Approve 1" }).press("Enter");
  await dialog.getByRole("button", { name: "Close" }).press("Enter");
  await page.locator("[role=listitem] :focus").waitFor();
});
