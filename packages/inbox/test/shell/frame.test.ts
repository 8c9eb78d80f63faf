// The frame: what is the same wherever somebody is.
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { SOON } from "../support/ear.ts";
import { house } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

test("what keeps its name is asked for again, and what is named by its contents isn't", async () => {
  const index = await (await fetch(`${inbox.url}/`)).text();
  const script = /src="\.\/(assets\/[^"]+)"/.exec(index)?.[1];
  const caching = async (path = "") => (await fetch(`${inbox.url}/${path}`)).headers.get("cache-control");
  expect(await Promise.all(["", "manifest.webmanifest", "icons/touch.png"].map(caching))).toEqual(["no-cache", "no-cache", "no-cache"]);
  expect(await caching(script)).toBe("public, max-age=31536000, immutable");
});

test("the tab says how many wait, and keeps up", async () => {
  const { page } = await openAs(browser, inbox, "carla", { path: "/" });
  await page.getByText("Live", { exact: true }).waitFor();
  const before = (await inbox.gate.list({ status: "pending" })).items.length;
  const { id } = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_000 });
  await expect.poll(() => page.title(), SOON).toBe(`(${before + 1}) Requests · Countersign`);
  await page.getByRole("link", { name: `Requests ${before + 1} waiting for you` }).waitFor();
  await inbox.gate.cancel(id, { by: { id: "dora" }, reason: "Paid." });
  await expect.poll(() => page.title(), SOON).toBe(`${before === 0 ? "" : `(${before}) `}Requests · Countersign`);
  await page.context().close();
});

test("whoever goes somewhere arrives with the focus, also by the browser's buttons", async () => {
  await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_000 });
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByRole("link", { name: "Pay Acme Corp $2,000" }).click();
  await expect.poll(() => page.locator("h1:focus").allTextContents(), SOON).toEqual(["Pay Acme Corp $2,000"]);
  await page.goBack();
  await page.waitForURL(`${inbox.url}/`);
  await page.goForward();
  await page.locator("h1:focus").waitFor();
  await page.context().close();
});

test("an address that leads nowhere says so, and leads on", async () => {
  await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_100 });
  const opened = await openAs(browser, inbox, "fiona", { path: "/requests/0123/cut" });
  const { page } = opened;
  await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
  expect(await page.title()).toMatch(/^(?:\(\d+\) )?Nothing here/);
  await page.getByRole("link", { name: "What waits for you" }).click();
  await page.getByRole("link", { name: "Pay Acme Corp $2,100" }).waitFor();
  await page.context().close();
});

test("a keyboard skips to the content", async () => {
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByText("Live", { exact: true }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("main:focus").waitFor();
  await page.context().close();
});

test("a part that breaks says so, and the rest stays", async () => {
  const opened = await openAs(browser, inbox, undefined);
  const { page } = opened;
  await page.context().addCookies([{ name: "as", value: "fiona", url: inbox.url }]);
  await page.route("**/v1/grants*", (route) => route.fulfill({ json: { items: [null] } }));
  await page.goto(`${inbox.url}/grants`);
  await page.getByRole("heading", { name: "This page has stopped working" }).waitFor();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  expect(opened.complaints.length).toBeGreaterThan(0);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try to go on" }).click();
  await page.getByRole("heading", { name: "This page has stopped working" }).waitFor({ state: "detached" });
  await page.context().close();
});
