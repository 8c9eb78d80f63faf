// The page as a whole: where it is served, and what it loads.
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, sharedBrowser } from "./support/browser.ts";
import { house } from "./support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

test("it is drawn under a base path, within its own policy, and asks nobody else", async () => {
  await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 4_200, invoice: "88" });
  const opened = await openAs(browser, inbox, "fiona");
  await opened.page.getByRole("link", { name: "Pay Acme Corp $4,200" }).click();
  await opened.page.getByRole("heading", { name: "Pay Acme Corp $4,200" }).waitFor();
  expect(new URL(opened.page.url()).pathname).toMatch(/^\/approvals\/requests\/[0-9a-f]{32}$/);
  expectClean(opened, inbox);
});

test("times go on while somebody looks", async () => {
  const { id } = await inbox.ask("send_payment", { recipient: "Globex", amount: 2_300, invoice: "1190" });
  const { page } = await openAs(browser, inbox, undefined);
  await page.context().addCookies([{ name: "as", value: "fiona", url: inbox.url }]);
  await page.clock.install();
  await page.goto(`${inbox.url}/requests/${id}`);
  await page.getByText("just now").waitFor();
  await page.clock.fastForward(5 * 60_000);
  await page.getByText("5m ago").waitFor();
});
