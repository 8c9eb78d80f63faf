// What somebody has signed themselves, and what it says of them.
import { approve, edit, reject, type ApprovalRequest } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, PHONE, sharedBrowser } from "../support/browser.ts";
import { house, PEOPLE } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
const { gate } = inbox;
afterAll(() => inbox.close());

let asked = 0;
const payment = (recipient = `Payee ${++asked}`): Promise<ApprovalRequest> => inbox.ask("send_payment", { recipient, amount: 4_200 });

test("own decisions stand with what came of them, and others' don't", async () => {
  const [paid, changed, refused, others] = [await payment(), await payment("Hostile\u202e <b>Corp</b>"), await payment(), await payment()];
  await gate.decide(paid, approve(), { by: PEOPLE.fiona });
  await gate.decide(changed, edit({ ...changed.args, amount: 1_100 }), { by: PEOPLE.fiona });
  await gate.decide(refused, reject("no"), { by: PEOPLE.fiona });
  await gate.decide(others, approve(), { by: PEOPLE.bob });
  await gate.execute(paid, () => Promise.resolve("paid"));

  const opened = await openAs(browser, inbox, "fiona", { path: "/decisions" });
  const { page } = opened;
  const row = ({ id }: ApprovalRequest) => page.getByRole("row").filter({ has: page.locator(`a[href$="${id}"]`) });
  await row(paid).getByText("approved, done").waitFor();
  await row(changed).getByText("Changed, then approved").waitFor();
  await row(changed).getByText("Pay Hostile\\u{202e} <b>Corp</b> $1,100").waitFor();
  await row(refused).getByText("Rejected", { exact: true }).waitFor();
  expect(await row(others).count()).toBe(0);
  const figure = async (says: string) => page.locator("dl > div").filter({ hasText: says }).getByRole("definition").innerText();
  expect(await figure("decisions")).toBe("3");
  expect(await figure("changed before you approved")).toBe("33%");
  expect(await figure("rejected")).toBe("33%");
  expect(await figure("median time from question to signature")).toMatch(/^\d+(?:m|s)/);

  await row(paid).getByRole("link").click();
  await page.waitForURL(`**/requests/${paid.id}`);
  expectClean(opened, inbox);
});

test("a run of plain approvals is a thought, kindly; nothing signed says so; more comes page by page", async () => {
  const { page: bob } = await openAs(browser, inbox, "carla", { ...PHONE, path: "/decisions" });
  await bob.getByText("You haven't signed anything yet.").waitFor();
  for (let n = 0; n < 60; n++) await gate.decide(await payment(), approve(), { by: PEOPLE.carla });
  // Live: nobody reloads.
  await bob.getByText("You approved all of your last 60 as they were. That may well be right.").waitFor();
  const rows = bob.getByRole("table").getByRole("rowheader");
  await expect.poll(() => rows.count()).toBe(50);
  await bob.getByRole("button", { name: "Show more" }).click();
  await expect.poll(() => rows.count()).toBe(60);
  expect(await bob.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
});
