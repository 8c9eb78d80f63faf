// A reviewer changes arguments and signs them, in a real browser before a real server.
import type { Locator } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { expectClean, sharedBrowser } from "../support/browser.ts";
import { editing, editingHouse, ORDER, requestOf, signed } from "../support/editing.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), editingHouse()]);
afterAll(() => inbox.close());

const focused = (place: Locator) => place.and(place.page().locator(":focus")).waitFor();

test("each kind of value is edited as what it is, and nothing else changes", async () => {
  const at = await editing(browser, inbox, "order", ORDER);
  const { page, as, ...opened } = at;
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  await as("count").first().fill("6");
  await press("Up: lines 2");
  await press("Remove: tags 2");
  await press("Add to tags");
  await as("tags 3").fill("d");
  await page.getByRole("combobox", { name: "country" }).selectOption({ label: "FR" });
  await page.getByLabel("on", { exact: true }).fill("2027-01-02");
  await page.getByRole("radio", { name: "No" }).check();
  await press("Enter a value: note");
  await as("note").fill("");
  await page.getByRole("combobox", { name: "Kind of by" }).selectOption({ label: "mail" });
  await as("address").fill("fiona@acme.example");
  await as("Name of a new value").fill("__proto__x");
  await page.getByRole("group", { name: "prices" }).getByRole("button", { name: "Add", exact: true }).click();
  await as("__proto__x").fill("1e21");
  await press("Add: options");
  await page.getByRole("group", { name: "copy" }).getByRole("radio", { name: "Yes" }).check();
  const { approvedArgs } = await signed(at, inbox);
  expect(approvedArgs).toEqual({
    lines: [{ item: "Tables", count: 2 }, { item: "Chairs", count: 6 }], // prettier-ignore
    tags: ["a", "c", "d"],
    country: "FR",
    on: "2027-01-02",
    urgent: false,
    note: "",
    by: { type: "mail", address: "fiona@acme.example" },
    prices: { chair: 0.1, ["__proto__x"]: 1e21 },
    options: { copy: true },
  });
  expectClean({ page, ...opened }, inbox);
});

test("left out, empty and no value are three things, and each way back has what was typed", async () => {
  const at = await editing(browser, inbox, "order", { ...ORDER, options: { copy: true, delay: 3 } });
  const { page, as } = at;
  await as("delay").fill("30");
  await page.getByRole("button", { name: "Leave out: delay" }).click();
  await page.getByRole("button", { name: "Add: delay" }).click();
  expect(await as("delay").inputValue()).toBe("30");
  await page.getByRole("button", { name: "Leave out: delay" }).click();
  expect((await signed(at, inbox)).approvedArgs).toEqual({ ...ORDER, options: { copy: true } });
});

test("as JSON: a mistake has its place, and the form has what was written", async () => {
  const at = await editing(browser, inbox, "pay", { recipient: "Ac\u202eme", amount: 900 });
  const { page, as } = at;
  await page.getByRole("button", { name: "JSON" }).click();
  const area = as("Arguments");
  expect(await area.inputValue()).toBe('{\n  "amount": 900,\n  "recipient": "Ac\\u202eme"\n}');
  await area.fill('{\n  "amount": 1,\n  "amount": 2\n}');
  await page.getByText("Line 3, column 3: this name stands twice in one object").first().waitFor();
  await page.getByRole("button", { name: "Form" }).click({ force: true });
  expect(await area.inputValue()).toContain('"amount": 2');
  await page.getByRole("button", { name: "Go to line 3" }).click();
  await focused(area);
  expect(await page.evaluate("document.activeElement.selectionStart")).toBe(19);
  await area.fill('{"amount": 950, "recipient": "Acme", "iban": "DE89"}');
  await page.getByRole("button", { name: "Form" }).click();
  expect(await as("iban").inputValue()).toBe("DE89");
  expect((await signed(at, inbox, { name: "Type the amount", value: "950" })).approvedArgs).toEqual({
    amount: 950,
    recipient: "Acme",
    iban: "DE89",
  });
});

test("hidden characters are spelled out, line breaks stay, and names can be anything", async () => {
  const args = { body: "Dear\u200b Bob,\r\nhello.\r\n", ["a.b"]: 1, constructor: { x: [1] }, [""]: "empty", text: "\u202eevil" };
  const at = await editing(browser, inbox, "write", args);
  const { page, as } = at;
  await page.getByText("This text has hidden characters.").waitFor();
  await page.getByText("\\u{200b}").first().waitFor();
  await as("body").press("Control+End");
  await as("body").pressSequentially("Fiona");
  const sent: unknown[] = [];
  page.on("request", (request) => {
    const body = request.postDataJSON() as { readonly args?: unknown; readonly decision?: { readonly args?: unknown } } | null;
    if (body) sent.push(body.args ?? body.decision?.args);
  });
  expect((await signed(at, inbox)).approvedArgs).toEqual({ ...args, body: "Dear\u200b Bob,\r\nhello.\r\nFiona" });
  expect(sent).toHaveLength(2);
  expect(sent[1]).toEqual(sent[0]);
});

test("what reviewers don't get to see stays what it is", async () => {
  const at = await editing(browser, inbox, "secret", { iban: "DE89 3704", amount: 10 });
  const { page, as, id } = at;
  await page.getByText("Hidden from reviewers.").waitFor();
  expect(await as("iban").count()).toBe(0);
  await as("amount").fill("11");
  await signed(at, inbox);
  // The digest is of what runs: had the mask been signed in the place of the value, it would be another.
  const same = await inbox.ask("secret", { iban: "DE89 3704", amount: 11 });
  expect((await requestOf(inbox, id)).proposal.digest).toBe(same.proposal.digest);
});
