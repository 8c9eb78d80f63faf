// The list by keys alone: moving, opening, choosing, and finding one's way back.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
beforeAll(async () => {
  for (const amount of [2_000, 3_000, 4_000, 5_000]) {
    await inbox.ask("send_payment", { recipient: "Acme Corp", amount });
    // Those of one millisecond stand in no order.
    await new Promise((later) => setTimeout(later, 5));
  }
  await inbox.ask("send_mail", { to: ["a@b.example"], subject: "Numbers", body: "b" });
});
afterAll(() => inbox.close());

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
async function openList(path = "/") {
  const { page } = await openAs(browser, inbox, "fiona", { path });
  await page.getByRole("heading", { name: /waiting/ }).waitFor();
  return page;
}
/** The focus follows once the line is drawn. */
const arrives = (page: Page, text: string): Promise<void> => page.locator(":focus", { hasText: text }).waitFor();

test("j and k move, Enter opens, Escape leads back to where it was", async () => {
  const page = await openList();
  await press(page, "j");
  await arrives(page, "$2,000");
  await press(page, "j", "j");
  await arrives(page, "$4,000");
  await press(page, "k");
  await arrives(page, "$3,000");
  // Whoever only moves has seen nothing.
  expect(new URL(page.url()).pathname).toBe("/approvals/");
  await press(page, "Enter");
  await page.getByRole("heading", { name: "Pay Acme Corp $3,000", level: 1 }).waitFor();
  expect(await page.locator("[aria-current=true]").textContent()).toContain("$3,000");
  await press(page, "j");
  await arrives(page, "$4,000");
  await press(page, "k", "Escape");
  await page.waitForURL(/\/approvals\/$/);
  await arrives(page, "$3,000");
});

test("arrows, Home and End move within the list alone, and Tab gets through it in one step", async () => {
  const page = await openList();
  await press(page, "ArrowDown");
  expect(await page.locator("[role=list] :focus").count()).toBe(0);
  await press(page, "j");
  await arrives(page, "$2,000");
  await press(page, "End");
  await arrives(page, "send_mail");
  await press(page, "ArrowUp");
  await arrives(page, "$5,000");
  await press(page, "Home");
  await arrives(page, "$2,000");
  await press(page, "ArrowDown");
  await arrives(page, "$3,000");
  expect(await page.locator("[role=list] [tabindex='0']").count()).toBe(2);
});

test("x selects, Shift+x selects up to here, Escape lets go", async () => {
  const page = await openList();
  const bar = page.getByRole("group", { name: "Selection" });
  await press(page, "j", "x");
  await bar.getByText("1 selected").waitFor();
  await press(page, "j", "j", "Shift+X");
  await bar.getByText("3 selected").waitFor();
  await press(page, "k", "x");
  await bar.getByText("2 selected").waitFor();
  expect(await page.getByRole("checkbox", { name: /^Select Pay/, checked: true }).count()).toBe(2);
  await press(page, "Escape");
  await bar.waitFor({ state: "detached" });
  await page.getByRole("checkbox", { name: "Select all 5 shown" }).check();
  await bar.getByText("5 selected").waitFor();
});

test("a group is one line that folds, and x selects all of it", async () => {
  const page = await openList("/?group=on");
  await press(page, "j");
  await arrives(page, "4 × send_payment");
  expect(await page.getByRole("listitem").count()).toBe(2);
  await press(page, "x");
  const bar = page.getByRole("group", { name: "Selection" });
  await bar.getByText("4 selected").waitFor();
  await press(page, "Enter");
  await page.getByRole("link", { name: "$3,000" }).waitFor();
  await press(page, "j", "x");
  await bar.getByText("3 selected").waitFor();
  expect(await page.locator("[aria-label^='Select all 4']:indeterminate").count()).toBe(1);
});

test("whoever searches right after a move stays in the search", async () => {
  const page = await openList();
  await page.evaluate(`for (const key of ["j", "/"]) dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }))`);
  // A move is done once it is drawn.
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))");
  expect(await page.locator(":focus").getAttribute("type")).toBe("search");
});

test("a slash leads to the search; Enter and Escape lead back", async () => {
  const page = await openList();
  await press(page, "j", "/");
  await page.keyboard.type("send_mail");
  await page.getByRole("heading", { name: "1 waiting for you" }).waitFor();
  // Letters that are shortcuts elsewhere are text here.
  expect(new URL(page.url()).search).toBe("?search=send_mail");
  await press(page, "Enter");
  await arrives(page, "Numbers");
  await press(page, "/", "Escape");
  await page.getByRole("heading", { name: "5 waiting for you" }).waitFor();
  expect(new URL(page.url()).search).toBe("");
});
