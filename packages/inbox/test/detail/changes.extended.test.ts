// What happens to a request while somebody looks at it.
import { approve, edit, reject } from "@countersign/core";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { house, PEOPLE } from "../support/house.ts";
import { contentsOf, openRequest, partOf, rowsOf } from "../support/detail.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const WIRE = { recipient: "Acme Corp", amount: 42_000, country: "DE" };
const SHORT = { viewport: { width: 1_280, height: 400 } };
const said = (page: Page): Promise<string> =>
  page
    .getByRole("status")
    .allInnerTexts()
    .then((texts) => texts.join("\n"));
const amountOn = async (page: Page): Promise<string | undefined> =>
  (await rowsOf(partOf(page, "Arguments"))).find(([name]) => name.startsWith("amount"))?.[1];

test("arguments that somebody else changes stay until the new ones are asked for", async () => {
  const request = await inbox.ask("wire_abroad", WIRE);
  const { page } = await openRequest(browser, inbox, request);
  await inbox.gate.decide(request, edit({ ...WIRE, amount: 40_000 }, { confirm: 40_000 }), { by: PEOPLE.bob });
  await contentsOf(page).getByText("The arguments changed: Bob (finance) edited them.").first().waitFor();
  await expect.poll(() => said(page)).toContain("The arguments changed: Bob (finance) edited them.");
  expect(await amountOn(page)).toBe("42000");
  await contentsOf(page).getByRole("button", { name: "Show the new arguments" }).first().click();
  const since = partOf(page, "Changed since you looked, by Bob (finance)");
  expect(await since.innerText()).toMatch(/amount\s+−\s*You saw\s*:\s*42000\s+\+\s*Now\s*:\s*40000/);
  expect(await page.locator(":focus").innerText()).toContain("Changed since you looked");
  expect(await amountOn(page)).toBe("40000");
  expect(await contentsOf(page).getByText("The arguments changed:").count()).toBe(0);

  // And once more: what is compared is what was on the screen, not what the model said.
  const now = await inbox.gate.get(request.id);
  await inbox.gate.decide(now ?? request, edit({ ...WIRE, amount: 39_000 }, { confirm: 39_000 }), { by: PEOPLE.carla });
  await contentsOf(page).getByRole("button", { name: "Show the new arguments" }).first().click();
  await expect
    .poll(() => partOf(page, "Changed since you looked, by Carla (finance, cfo)").innerText())
    .toMatch(/You saw\s*:\s*40000\s+\+\s*Now\s*:\s*39000/);
});

test("an edit of one's own is no news", async () => {
  const request = await inbox.ask("wire_abroad", WIRE);
  const { page } = await openRequest(browser, inbox, request);
  await inbox.gate.decide(request, edit({ ...WIRE, amount: 40_000 }, { confirm: 40_000 }), { by: PEOPLE.fiona });
  await expect.poll(() => amountOn(page)).toBe("40000");
  expect(await contentsOf(page).getByRole("button", { name: "Show the new arguments" }).count()).toBe(0);
});

test("an edit that decides it says so, and what was read stays", async () => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 4_200 });
  const { page } = await openRequest(browser, inbox, request);
  await inbox.gate.decide(request, edit({ recipient: "Acme Corp", amount: 4_000 }), { by: PEOPLE.bob });
  await contentsOf(page)
    .getByText(/^Edited and signed by Bob \(finance\), /)
    .waitFor();
  expect(await amountOn(page)).toBe("4200");
});

test("a decision elsewhere is said in place, and neither the place nor the focus is lost", async () => {
  const request = await inbox.ask("wire_abroad", { ...WIRE, iban: "DE89370400440532013000" });
  const { page } = await openRequest(browser, inbox, request, SHORT);
  const thread = partOf(page, "Conversation").getByRole("link", { name: "All requests of this thread" });
  await thread.focus();
  const top = await thread.evaluate((link) => link.getBoundingClientRect().top);
  await inbox.gate.decide(request, approve({ confirm: 42_000 }), { by: PEOPLE.bob });
  await contentsOf(page).getByText(/Approved by Bob \(finance\), /).first().waitFor(); // prettier-ignore
  expect(new Map(await rowsOf(partOf(page, "Signatures"))).get("Still missing")).toBe("1 of finance");
  await inbox.gate.decide(request, reject("No"), { by: PEOPLE.carla });
  await expect.poll(() => said(page)).toMatch(/Rejected by Carla \(finance, cfo\), /);
  expect(await page.locator(":focus").innerText()).toBe("All requests of this thread");
  await expect.poll(async () => Math.abs((await thread.evaluate((link) => link.getBoundingClientRect().top)) - top)).toBeLessThan(120);
});

test("a cancellation and a freeze are said in place", async () => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 6_000 });
  const { page } = await openRequest(browser, inbox, request);
  const freeze = await inbox.gate.freeze({ tool: "send_payment" }, { by: PEOPLE.oscar, reason: "Quarter\u202e end" });
  await expect.poll(() => partOf(page, "Warnings").innerText()).toContain(String.raw`Quarter\u{202e} end`);
  await inbox.gate.liftFreeze(freeze.id, { by: PEOPLE.oscar });
  await expect.poll(() => partOf(page, "Warnings").count()).toBe(0);
  await inbox.gate.cancel(request.id, { by: PEOPLE.oscar, reason: "over" });
  await contentsOf(page)
    .getByText(/Cancelled, /)
    .first()
    .waitFor();
});

test("a request that isn't there, or isn't theirs to see, is said kindly", async () => {
  const missing = await openAs(browser, inbox, "fiona", { path: `/requests/${"0".repeat(32)}` });
  await contentsOf(missing.page).getByText("This isn't here, or not for you to see.").waitFor();
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 7_000 });
  const foreign = await openAs(browser, inbox, "oscar", { path: "/" });
  await foreign.page.context().addCookies([{ name: "as", value: "dora", url: inbox.url }]);
  const mail = await inbox.ask("send_mail", { to: [], subject: "x", body: "y" }, { requestedBy: PEOPLE.fiona });
  await foreign.page.goto(`${inbox.url}/requests/${mail.id}`);
  await contentsOf(foreign.page).getByText("This isn't here, or not for you to see.").waitFor();
  expect(request.status).toBe("pending");
});

test("without the network it says so, keeps what is shown, and reads again when asked to", async () => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 8_000 });
  const path = `**/v1/requests/${request.id}*`;
  const { page } = await openAs(browser, inbox, "fiona", { path: "/freezes" });
  await page.route(path, (route) => route.abort());
  await page.goto(`${inbox.url}/requests/${request.id}`);
  const notice = contentsOf(page).getByRole("alert");
  await notice.getByText("No answer came from the server.").waitFor();
  await page.unroute(path);
  await notice.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  expect(await notice.count()).toBe(0);
  await page.route(path, (route) => route.abort());
  await inbox.gate.decide(request, approve(), { by: PEOPLE.bob });
  await notice.waitFor();
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Pay Acme Corp $8,000");
});

test("a deadline that passes while it is open is said, and the time is called at five minutes and at one", async () => {
  const request = await inbox.ask("wire_abroad", WIRE);
  const { page } = await openAs(browser, inbox, "fiona", { path: "/freezes" });
  await page.clock.install();
  await page.goto(`${inbox.url}/requests/${request.id}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.clock.runFor("01:54:00");
  expect(await said(page)).not.toContain("left to decide");
  await page.clock.runFor("00:01:30");
  await expect.poll(() => said(page)).toContain("5 minutes left to decide");
  await page.clock.runFor("00:04:00");
  await expect.poll(() => said(page)).toContain("1 minute left to decide");
  await page.clock.runFor("00:01:30");
  await contentsOf(page).getByText("The time to decide is over").waitFor();
});
