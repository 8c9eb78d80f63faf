// Leaving an edit: nothing that was typed is lost, and what is under way is told.
import { edit } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { sharedBrowser } from "../support/browser.ts";
import { decideAs } from "../support/decide-as.ts";
import { dialog, editing, editingHouse, look, requestOf } from "../support/editing.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), editingHouse()]);
afterAll(() => inbox.close());

const DECISIONS = "**/v1/requests/*/decisions";

test("Escape, pressed again and again, goes back step by step, and closes at the end", async () => {
  const { page, as } = await editing(browser, inbox, "write", { body: "before" });
  await as("body").fill("after");
  await look(page);
  await page.getByRole("heading", { name: "What you are about to sign" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Edit the arguments" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Edit" }).and(page.locator(":focus")).waitFor();
  await page.waitForTimeout(100);
  await page.keyboard.press("e");
  await page.getByRole("heading", { name: "Edit the arguments" }).waitFor();
  expect(await as("body").inputValue()).toBe("after");
});

test("while it is signed, it stays open, and what became of it is said", async () => {
  const { page, as, id } = await editing(browser, inbox, "write", { body: "before" });
  await as("body").fill("after");
  await look(page);
  let fail = (): void => {};
  await page.route(DECISIONS, async (route) => {
    await new Promise<void>((resolve) => (fail = resolve));
    await route.abort();
  });
  await page.getByRole("button", { name: "Sign these arguments" }).click();
  await page.getByRole("button", { name: "Signing…" }).waitFor();
  for (let press = 0; press < 3; press++) await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Close/ }).click({ force: true });
  await page.waitForTimeout(100);
  expect(await page.getByRole("heading", { name: "What you are about to sign" }).isVisible()).toBe(true);
  fail();
  await dialog(page).getByText("No answer came from the server.").first().waitFor();
  await page.unroute(DECISIONS);
  await page.getByRole("button", { name: "Sign these arguments" }).click();
  await dialog(page).waitFor({ state: "detached" });
  expect((await requestOf(inbox, id)).approvedArgs).toEqual({ body: "after" });
});

test("no answer, and the page hears that it was recorded: it goes on, and says what was signed", async () => {
  const { page, as, id } = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 900 });
  await as("amount").fill("800");
  await look(page);
  await as("Type the amount").fill("800");
  await page.route(DECISIONS, async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await page.getByRole("button", { name: "Sign these arguments" }).click();
  await page.getByText("Approved with changes: Pay Acme $800").first().waitFor();
  await dialog(page).waitFor({ state: "detached" });
  expect((await requestOf(inbox, id)).decisions).toHaveLength(1);
});

test("no answer to one of several signatures: it is no news that the arguments are others", async () => {
  const { page, as, id } = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 900 });
  await as("amount").fill("20000");
  await look(page);
  await as("Type the amount").fill("20000");
  await page.route(DECISIONS, async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await page.getByRole("button", { name: "Sign these arguments" }).click();
  await page
    .getByText(/^Signed, .* still missing: Pay Acme \$20000/)
    .first()
    .waitFor();
  await dialog(page).waitFor({ state: "detached" });
  expect((await requestOf(inbox, id)).decisions).toHaveLength(1);
});

test("their own edit in another tab doesn't close the form, and what was typed goes on top", async () => {
  const { page, as, id } = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 15_000 });
  await as("Recipient").fill("Initech");
  const request = await requestOf(inbox, id);
  await decideAs(inbox, "fiona", request, edit({ recipient: "Acme", amount: 14_000 }, { confirm: 14_000 }));
  await dialog(page).getByText("The arguments were changed while you edited them.").first().waitFor();
  await page.getByRole("button", { name: "Make my changes to the new arguments" }).click();
  expect([await as("Recipient").inputValue(), await as("amount").inputValue()]).toEqual(["Initech", "14000"]);
});
