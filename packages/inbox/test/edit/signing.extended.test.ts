// An edit is looked at before it is signed, by the rules of the server.
import type { Locator } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { sharedBrowser } from "../support/browser.ts";
import { pressOnceDrawn } from "../support/deciding.ts";
import { dialog, editing, editingHouse, look, ORDER, requestOf } from "../support/editing.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), editingHouse()]);
afterAll(() => inbox.close());

const focused = (place: Locator) => place.and(place.page().locator(":focus")).waitFor();

test("what the server refuses is said at its field; what isn't a number before it is sent", async () => {
  const { page, as, asked } = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 900 });
  const sent = asked.length;
  await as("amount").fill("1,000");
  await look(page);
  await page.getByText("Write it without separators: 1000").first().waitFor();
  expect(await as("amount").getAttribute("aria-invalid")).toBe("true");
  expect(asked.slice(sent).filter((address) => address.endsWith("/preview"))).toEqual([]);
  await as("amount").fill("-5");
  await as("Recipient").fill("");
  await look(page);
  await page.getByText("2 things are wrong.").waitFor();
  await focused(as("Recipient"));
  await page.getByRole("button", { name: "amount", exact: true }).click();
  await focused(as("amount"));
});

test("a click that was meant for what stood there before signs nothing, nor does Enter in a field", async () => {
  const { page, as, id } = await editing(browser, inbox, "write", { body: "before" });
  const sign = page.getByRole("button", { name: "Sign these arguments" });
  const on = `[...document.querySelectorAll("dialog button")].find(({ textContent }) => textContent.startsWith("Sign "))`;
  // Heard of at once, and only when the button is open.
  for (const late of [0, 1_000])
    for (const early of [{ type: "click" }, { init: { key: "Enter", ctrlKey: true } }] as const) {
      await as("body").fill(`${late} ${JSON.stringify(early)}`);
      await pressOnceDrawn(page, { on, late, ...early });
      await look(page);
      await page.getByRole("heading", { name: "What you are about to sign" }).waitFor();
      await page.evaluate("isFree");
      await page.getByRole("button", { name: "Sign these arguments", disabled: false }).waitFor();
      expect((await requestOf(inbox, id)).decisions).toEqual([]);
      await page.getByRole("button", { name: "Back to the form" }).click();
    }
  await as("body").fill("after");
  await look(page);
  await page.getByRole("button", { name: "Sign these arguments", disabled: false }).waitFor();
  // The second click of a double click doesn't take the focus: Enter would sign then.
  await as("Comment").focus();
  await sign.hover();
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.keyboard.press("Enter");
  expect((await requestOf(inbox, id)).decisions).toEqual([]);
  await as("Comment").press("Enter");
  expect(await as("Comment").inputValue()).toBe("\n\n");
  await as("Comment").press("Control+Enter");
  await dialog(page).waitFor({ state: "detached" });
  expect((await requestOf(inbox, id)).approvedArgs).toEqual({ body: "after" });
});

test("an edit that the policy denies is refused, and nothing that was typed is lost", async () => {
  const { page, as, id } = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 900 });
  await as("amount").fill("150000");
  await look(page);
  await dialog(page).getByText("over $100,000").first().waitFor();
  expect(await as("amount").inputValue()).toBe("150000");
  expect((await requestOf(inbox, id)).status).toBe("pending");
});

test("stricter terms are said, and what they want typed is typed about the edit", async () => {
  const { page, as, id } = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 900 });
  await as("amount").fill("20000");
  await look(page);
  await page.getByText("Other terms hold for these arguments.").waitFor();
  await page.getByText("Pay Acme $20000").waitFor();
  await as("Type the amount").fill("900");
  await page.getByRole("button", { name: "Sign these arguments" }).click();
  await page.getByText("This isn't what stands in your arguments.").waitFor();
  await as("Type the amount").fill("20000");
  await as("Comment").fill("as agreed");
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.url()));
  await page.getByRole("button", { name: "Sign these arguments" }).dblclick();
  await dialog(page).waitFor({ state: "detached" });
  const { status, proposal, decisions } = await requestOf(inbox, id);
  expect({ status, args: proposal.args, by: proposal.by?.id }).toEqual({
    status: "pending",
    args: { recipient: "Acme", amount: 20_000 },
    by: "fiona",
  });
  expect(decisions.map(({ decision }) => decision.comment)).toEqual(["as agreed"]);
  expect(sent.filter((url) => url.endsWith("/decisions"))).toHaveLength(1);
});

test("nothing changed is the same as approving, and says so", async () => {
  const { page, id } = await editing(browser, inbox, "order", ORDER);
  await look(page);
  await page.getByText("You changed nothing.").waitFor();
  await page.getByRole("button", { name: "Back to the form" }).click();
  await page.getByRole("heading", { name: "Edit the arguments" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  expect((await requestOf(inbox, id)).decisions).toEqual([]);
});
