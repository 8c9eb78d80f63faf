// Runs that fail, for those who keep them running.
import { memoryStore } from "@countersign/memory";
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, PHONE, sharedBrowser } from "../support/browser.ts";
import { failingThread } from "../support/failing-thread.ts";
import { house } from "../support/house.ts";

const store = memoryStore();
const [browser, inbox] = await Promise.all([sharedBrowser(), house({ store })]);
afterAll(() => inbox.close());

test("operators see which runs fail, since when, by what, and the way to their requests", async () => {
  await failingThread(store, "invoice <b>88</b>\u202e", { lastError: "connect <script>ECONNREFUSED</script>\u200b" });
  const opened = await openAs(browser, inbox, "oscar", { path: "/threads" });
  const { page } = opened;
  const row = page.getByRole("row").filter({ hasText: "invoice <b>88</b>\\u{202e}" });
  await row.getByText("connect <script>ECONNREFUSED</script>\\u{200b}").waitFor();
  await row.getByText("20 failures in a row").waitFor();
  await row.getByText("payments, on langgraph").waitFor();
  await row.getByText("1d 1h ago").waitFor();
  await page.getByText("runner.resume(threadId)").waitFor();
  const href = await row.getByRole("link").getAttribute("href");
  expect(new URL(href ?? "", page.url()).searchParams.get("thread")).toBe("invoice <b>88</b>\u202e");

  await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: "Ended" }).click();
  await page.getByText("No thread is in this state.").waitFor();
  expect(new URL(page.url()).search).toBe("?state=closed");
  await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: "All" }).click();
  await row.getByText("Failing").waitFor();
  await page.goBack();
  await page.getByText("No thread is in this state.").waitFor();
  expectClean(opened, inbox);
});

test("more than a page is shown on demand, and one that can't be read any more says so in place", async () => {
  for (let n = 0; n < 60; n++) await failingThread(store, `thread-${n}`, { lastError: "it broke" });
  const { page } = await openAs(browser, inbox, "audrey", { ...PHONE, path: "/threads" });
  const rows = page.getByRole("table").getByRole("rowheader");
  await expect.poll(() => rows.count()).toBe(50);
  await page.route("**/v1/threads?*", (route) => route.abort());
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByText("This may be out of date").waitFor();
  expect(await rows.count()).toBe(50);
  await page.unroute("**/v1/threads?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(60);
  expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
});

test("others are told whom they are for", async () => {
  const { page } = await openAs(browser, inbox, "fiona", { path: "/threads" });
  await page.getByRole("heading", { level: 1, name: "Threads" }).waitFor();
  await page.getByText("The threads of all agents are shown to operators and auditors. Your roles here: finance.").waitFor();
  expect(await page.getByRole("table").count()).toBe(0);
});
