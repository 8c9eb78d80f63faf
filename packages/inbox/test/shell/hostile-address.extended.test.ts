// Whoever sends a link can write anything into it.
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const EVIL = `<img src=x onerror="document.title='pwned'">\u202e'"javascript:alert(1)`;
const NAMES = ["tool", "agent", "requestedBy", "decidedBy", "thread", "digest", "search", "view", "status", "order", "group", "state", "tab", "request", "subject", "type", "by", "__proto__", "constructor"]; // prettier-ignore
const QUERY = `?${new URLSearchParams(NAMES.map((name) => [name, EVIL])).toString()}`;

test.for([
  ["/", "fiona"],
  ["/requests/x", "fiona"],
  ["/requests/%E0%A4%A", "fiona"],
  ["/requests/..%2F..%2Fauth", "fiona"],
  ["/decisions", "fiona"],
  ["/grants", "oscar"],
  ["/freezes", "oscar"],
  ["/threads", "oscar"],
  ["/audit", "audrey"],
  ["/__proto__", "fiona"],
] as const)("%s", async ([path, person]) => {
  const opened = await openAs(browser, inbox, person, { path: `${path}${QUERY}` });
  const { page } = opened;
  page.on("dialog", () => expect.unreachable("a dialog was opened"));
  await page.waitForTimeout(400);
  expect(await page.locator("img[src=x], iframe, [onerror], a[href^='javascript:']").count()).toBe(0);
  expect(await page.locator("body").innerText()).not.toMatch(/\u202e|has stopped working/);
  expect(await page.title()).not.toMatch(/pwned|\u202e/);
  expectClean(opened, inbox);
  await page.context().close();
});
