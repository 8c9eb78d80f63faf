// Remembered decisions: what they decide, who may take them back, and that it holds.
import { approve, reject, type ApprovalRequest, type Principal } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, PHONE, sharedBrowser } from "../support/browser.ts";
import { still } from "../support/deciding.ts";
import { house, PEOPLE } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
const { gate } = inbox;
afterAll(() => inbox.close());

let asked = 0;
const payment = (requestedBy: Principal = PEOPLE.dora): Promise<ApprovalRequest> =>
  inbox.ask("send_payment", { recipient: `Payee ${++asked}`, amount: 4_200 }, { requestedBy });

async function remembered({ message, requestedBy }: { readonly message?: string; readonly requestedBy?: Principal } = {}) {
  const request = await payment(requestedBy);
  const remember = { scope: "exact-args", within: "requester" } as const;
  await gate.decide(request, message === undefined ? approve({ remember }) : reject(message, { remember }), { by: PEOPLE.fiona });
  const grant = (await gate.grants()).find(({ requestId }) => requestId === request.id);
  if (!grant) throw new Error("Nothing was remembered.");
  return { request, grant };
}

test("a reviewer revokes one, and people are asked again", async () => {
  const { request } = await remembered();
  const { args } = request;
  const again = () =>
    gate.ask({ threadId: `again-${++asked}`, key: `again-${asked}`, tool: "send_payment", args, requestedBy: PEOPLE.dora });
  expect((await again()).status).toBe("approved");

  const opened = await openAs(browser, inbox, "bob", { path: "/grants" });
  const { page } = opened;
  const row = page.getByRole("row").filter({ has: page.locator(`a[href$="${request.id}"]`) });
  await row.getByText("9 more calls").waitFor();
  await row.getByText("In all threads, for calls of dora, by the agent payments").waitFor();
  await row.getByRole("button", { name: "Revoke…" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke this grant?" });
  await dialog.getByText("From now on it approves nothing, and people are asked about such calls again.").waitFor();
  expect(await page.locator(":focus").innerText()).toBe("Keep it");
  await page.keyboard.press("Escape");
  expect((await again()).status).toBe("approved");
  expect(await page.locator(":focus").innerText()).toBe("Revoke…");

  let sent = 0;
  page.on("request", (sending) => void (sent += Number(sending.method() === "DELETE")));
  await page.keyboard.press("Enter");
  await still(page);
  await dialog.getByRole("button", { name: "Revoke" }).dblclick();
  await dialog.waitFor({ state: "detached" });
  expect(sent).toBe(1);
  expect((await again()).status).toBe("pending");
  // What had the focus is gone.
  await page.locator("h1:focus").waitFor();
  const ended = page.getByRole("table", { name: "Grants that have ended" });
  await page.getByText("1 has ended").click();
  await ended.getByText("revoked").waitFor();
  expect(await ended.getByRole("button").count()).toBe(0);
  expectClean(opened, inbox);
});

test("whoever may not sign such a call is told so in place, and nothing changes", async () => {
  const { grant } = await remembered();
  const { page } = await openAs(browser, inbox, "audrey", { path: "/grants" });
  await page.getByRole("button", { name: "Revoke…" }).last().click();
  await still(page);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page
    .getByText("You may not revoke it, because you may not sign such a call. It takes one of these roles or people: finance.")
    .waitFor();
  expect((await gate.grants()).find(({ id }) => id === grant.id)).toMatchObject({ revokedAt: undefined });
});

test("those that come and go are shown without a reload, and by tool", async () => {
  const [{ page }, { page: other }] = await Promise.all([
    openAs(browser, inbox, "fiona", { path: "/grants" }),
    openAs(browser, inbox, "oscar", { path: "/grants?tool=send_mail" }),
  ]);
  await page.getByRole("table").waitFor();
  await other.getByText("None of them decides anything now.").waitFor();
  expect(await other.getByRole("combobox", { name: "Tool" }).inputValue()).toBe("send_mail");
  const { request, grant } = await remembered({ message: "Never <b id='hurt'>again</b>\u202e" });
  const row = page.getByRole("row").filter({ has: page.locator(`a[href$="${request.id}"]`) });
  await row.getByText("The model is told: Never <b id='hurt'>again</b>\\u{202e}").waitFor();
  expect(await page.locator("#hurt").count()).toBe(0);

  await other.getByRole("combobox", { name: "Tool" }).selectOption("send_payment");
  expect(new URL(other.url()).search).toBe("?tool=send_payment");
  const seen = other.getByRole("table", { name: "Grants that count" }).locator(`a[href$="${request.id}"]`);
  await seen.waitFor();
  await gate.revokeGrant(grant.id, { by: PEOPLE.fiona });
  await seen.waitFor({ state: "detached" });
});

test("nobody sees those of others", async () => {
  const [own, other] = [await remembered(), await remembered({ requestedBy: PEOPLE.bob })];
  const { page } = await openAs(browser, inbox, "dora", { path: "/grants" });
  await page.locator(`a[href$="${own.request.id}"]`).waitFor();
  expect(await page.locator(`a[href$="${other.request.id}"]`).count()).toBe(0);
});

test("on a phone each is a card, within the screen, and a list that can't be read says so", async () => {
  await remembered();
  const { page } = await openAs(browser, inbox, "fiona", { ...PHONE, path: "/grants" });
  const card = page.getByRole("table", { name: "Grants that count" }).getByRole("row").last();
  const button = card.getByRole("button", { name: "Revoke…" });
  await button.waitFor();
  const box = await button.boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(44);
  expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390);

  await page.route("**/v1/grants", (route) => route.abort());
  await page.reload();
  await page.getByText("This can't be read now").waitFor();
  await page.unroute("**/v1/grants");
  await page.getByRole("button", { name: "Try again" }).click();
  await card.waitFor();
});
