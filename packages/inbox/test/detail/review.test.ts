// What a reviewer is shown of a request.
import { approve, edit, reject, type JsonObject } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { expectClean, PHONE, sharedBrowser } from "../support/browser.ts";
import { house, PEOPLE } from "../support/house.ts";
import { lose } from "../support/lose.ts";
import { contentsOf, expectNothingOutside, openRequest, partOf, rowsOf } from "../support/detail.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const WIRE = { recipient: "Acme Corp", amount: 42_000, iban: "DE89370400440532013000", country: "DE" };

test("a payment is read from top to bottom: what, how grave, how long, by whom, and each value", async () => {
  const opened = await openRequest(
    browser,
    inbox,
    await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 14_200, invoice: "88" }),
  );
  const { page } = opened;
  const text = await contentsOf(page).innerText();
  for (const said of [
    "high risk",
    "Pending",
    /Expires in 1d 23h|Expires in 2d/,
    /Asked by\s+Dora/,
    /Tool\s+send_payment/,
    /Agent\s+payments/,
  ])
    expect(text).toMatch(said);
  expect(await rowsOf(partOf(page, "Facts"))).toEqual([["Invoice", "88"]]);
  expect(await rowsOf(partOf(page, "Arguments"))).toEqual([
    ["Recipient", '"Acme Corp"'],
    [expect.stringMatching(/^amount\s+US dollars$/), "14200"],
    ["invoice", '"88"'],
  ]);
  expect(await rowsOf(partOf(page, "Why you are asked"))).toEqual([["Reason", "over $1,000"], ["Rule", "send_payment"]]); // prettier-ignore
  expect(await rowsOf(partOf(page, "Signatures"))).toEqual([
    ["Who signs", expect.stringContaining("Signed by role finance")],
    ["Still missing", "1 of finance"],
  ]);
  expect(await contentsOf(page).getByRole("heading").evaluateAll((all) => all.map(({ tagName }) => tagName))).toEqual(["H1", "H2", "H2", "H2", "H2", "H2"]); // prettier-ignore
  expectClean(opened, inbox);
});

test("warnings come first, and lead to the value and to the requests that they are about", async () => {
  const args = { ...WIRE, recipient: "Acme\u200b Corp" };
  const first = await inbox.ask("wire_abroad", args);
  const { page } = await openRequest(browser, inbox, await inbox.ask("wire_abroad", args), { viewport: { width: 1_280, height: 500 } });
  const warnings = partOf(page, "Warnings");
  expect((await warnings.locator("li > div").allInnerTexts()).map((text) => text.split(":")[0])).toEqual(["Danger", "Caution"]);
  await warnings.getByRole("button", { name: "Show recipient" }).click();
  await expect.poll(() => page.locator(":focus").innerText()).toContain("Recipient");
  await warnings.getByRole("link", { name: first.id.slice(0, 8) }).click();
  await expect.poll(() => page.url()).toContain(first.id);
});

test("a warning leads to a value that isn't drawn yet", async () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`key${String(index).padStart(3, "0")}`, index]));
  const args = { list: Array.from({ length: 300 }, () => 1), many: { ...many, zzz: { deep: [["hidden\u200b"]] } } };
  const { page } = await openRequest(browser, inbox, await inbox.ask("file_report", args));
  await partOf(page, "Warnings").getByRole("button", { name: "Show many.zzz.deep" }).click();
  const value = partOf(page, "Arguments").getByText(String.raw`hidden\u{200b}`);
  await value.waitFor();
  await expect.poll(async () => (await value.boundingBox())?.y).toBeLessThan(720);
});

test("what the tool adds and leaves out, what the schema doesn't know, and lists and objects are told apart", async () => {
  const wire = await openRequest(browser, inbox, await inbox.ask("wire_abroad", { ...WIRE, surprise: [1, { x: null }] }));
  const part = partOf(wire.page, "Arguments");
  const rows = new Map(await rowsOf(part));
  expect(rows.get("urgent")).toMatch(/false\s+Added by the tool/);
  const surprise = part.locator("dl > div").filter({ hasText: "surprise" }).first();
  expect(await surprise.innerText()).toMatch(/Unknown to the tool’s schema[^]*2 items[^]*Left out by the tool/);
  await surprise.locator("summary").first().click();
  await expect.poll(() => surprise.innerText()).not.toContain("null");
});

test("a long mail keeps its lines, says how long it is, and can be copied as JSON", async () => {
  const body = Array.from({ length: 200 }, (_, index) => `Line ${index + 1} of the mail`).join("\n");
  const args = { to: ["alice@acme.example"], subject: "Invoice 88", body };
  const opened = await openRequest(browser, inbox, await inbox.ask("send_mail", args), {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const { page } = opened;
  const part = partOf(page, "Arguments");
  await part.getByText("200 lines, 4,091 characters").waitFor();
  expect(await part.innerText()).toContain("Line 1 of the mail\nLine 2 of the mail\n");
  expect(await part.innerText()).not.toContain("Line 200");
  await part.getByRole("button", { name: /^Show the other/ }).click();
  await expect.poll(() => part.textContent()).toContain("Line 200 of the mail");
  await part.getByText("As JSON").click();
  await part.getByRole("button", { name: "Copy the JSON" }).click();
  expect(JSON.parse(await page.evaluate<string>("navigator.clipboard.readText()"))).toEqual(args);
  expectClean(opened, inbox);
});

test("an edit shows what the model said and what there is now, line by line where there are lines", async () => {
  const body = Array.from({ length: 40 }, (_, index) => `Line ${index + 1}`);
  const request = await inbox.ask("wire_abroad", { ...WIRE, recipient: body.join("\n") });
  const changed = body.with(20, "Another line").join("\n");
  await inbox.gate.decide(request, edit({ ...WIRE, recipient: changed, amount: 40_000 }, { confirm: 40_000, comment: "as agreed" }), {
    by: PEOPLE.bob,
    via: "web",
  });
  const { page } = await openRequest(browser, inbox, request);
  const part = partOf(page, "Changed by Bob (finance)");
  expect(await part.innerText()).toMatch(/amount\s+−\s*The model\s*:\s*42000\s+\+\s*Now\s*:\s*40000/);
  expect(await part.locator("li").allInnerTexts()).toEqual([
    expect.stringContaining("17 lines that are the same"),
    ...["Line 18", "Line 19", "Line 20", "Removed: Line 21", "Added: Another line", "Line 22", "Line 23", "Line 24"].map((text) => text.replace(": ", ":\n")).map((text) => expect.stringMatching(new RegExp(`${text}$`))), // prettier-ignore
    expect.stringContaining("16 lines that are the same"),
  ]);
  const signing = await partOf(page, "Signatures").innerText();
  expect(signing).toMatch(
    /Edited by Bob \(finance\), .*, on the web page\. It doesn’t count for the arguments as they are\.\s+Comment: as agreed/,
  );
});

test("whoever may not sign is told why, and what is missing", async () => {
  const { page } = await openRequest(browser, inbox, await inbox.ask("wire_abroad", WIRE), { as: "oscar" });
  const rows = new Map(await rowsOf(partOf(page, "Signatures")));
  expect(rows.get("You can’t decide it")).toBe("It takes finance. Your roles: ops.");
  expect(rows.get("Still missing")).toBe("2 of finance");
});

test("a rejection says by whom, what the model was told and what people were", async () => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_000 });
  await inbox.gate.decide(request, reject("Ask for the invoice first", { comment: "not in our books" }), { by: PEOPLE.bob, via: "cli" });
  const { page } = await openRequest(browser, inbox, request);
  const text = await contentsOf(page).innerText();
  expect(text).toMatch(/Rejected by Bob \(finance\), .*, on the command line/);
  expect(text).toMatch(/To the model: Ask for the invoice first\s+Comment: not in our books/);
});

test("what came of a call is said: running, done with its result, failed, unknown", async () => {
  const args: JsonObject = { recipient: "Acme Corp", amount: 3_000 };
  const ask = async () => {
    const request = await inbox.ask("send_payment", args);
    await inbox.gate.decide(request, approve(), { by: PEOPLE.bob });
    return request;
  };
  const [waiting, done, failed, running, unknown] = await Promise.all([ask(), ask(), ask(), ask(), inbox.ask("send_payment", args)]);
  await inbox.gate.execute({ id: done.id, args }, () => ({ reference: "TX\u200b-88" }));
  await inbox.gate.execute({ id: failed.id, args }, () => Promise.reject(new Error("no funds"))).catch(() => {});
  await lose(inbox, unknown);
  let end = (): void => {};
  const begun = new Promise<void>((resolve) => {
    void inbox.gate.execute({ id: running.id, args }, () => {
      resolve();
      return new Promise<string>((ended) => (end = () => ended("paid")));
    });
  });
  await begun;
  const texts = new Map<string, RegExp>([
    [waiting.id, /Approved by Bob[^]*It has not run yet/],
    [done.id, /It ran, just now|It ran, \d+s ago[^]*"reference": "TX\\u200b-88"/],
    [failed.id, /It failed[^]*no funds/],
    [unknown.id, /nobody knows whether it happened[^]*Look into the system that it acts on/],
    [running.id, /It is running now/],
  ]);
  const { page } = await openRequest(browser, inbox, running);
  await expect.poll(() => contentsOf(page).innerText()).toMatch(texts.get(running.id) ?? /$^/);
  end();
  await expect.poll(() => contentsOf(page).innerText()).toMatch(/It ran[^]*paid/);
  for (const id of [waiting.id, done.id, failed.id, unknown.id]) {
    const opened = await openRequest(browser, inbox, { id });
    expect(await contentsOf(opened.page).innerText()).toMatch(texts.get(id) ?? /$^/);
  }
});

test("the history opens in place, with each event, and all that was recorded of it", async () => {
  const request = await inbox.ask("wire_abroad", WIRE);
  await inbox.gate.decide(request, edit({ ...WIRE, amount: 40_000 }, { confirm: 40_000, comment: "as agreed" }), {
    by: PEOPLE.bob,
    via: "web",
  });
  const opened = await openRequest(browser, inbox, request);
  const { page } = opened;
  expect(opened.asked.some((url) => url.endsWith("/history"))).toBe(false);
  await contentsOf(page).getByText("History", { exact: true }).click();
  const events = contentsOf(page).locator("ol > li").filter({ hasText: "Everything that was recorded" });
  await expect.poll(() => events.count()).toBe(2);
  expect(await events.nth(0).innerText()).toMatch(/^Asked by Dora, /);
  expect(await events.nth(1).innerText()).toMatch(
    /^Signed, and others have to sign as well by Bob \(finance\), [^]*Comment: as agreed[^]*amount[^]*Before\s*:\s*42000[^]*After\s*:\s*40000/,
  );
  await events.nth(1).getByText("Everything that was recorded").click();
  await expect.poll(() => events.nth(1).innerText()).toContain('"type": "voted"');
  await inbox.gate.cancel(request.id, { by: PEOPLE.oscar, reason: "The plan\u202e changed" });
  await expect.poll(() => events.last().innerText()).toContain(String.raw`Reason: The plan\u{202e} changed`);
});

test("ids can be copied, and the thread leads to its requests", async () => {
  const request = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 5_000 }, { key: "of a thread & more" });
  const { page } = await openRequest(browser, inbox, request, { permissions: ["clipboard-read", "clipboard-write"] });
  await contentsOf(page).getByText("Ids", { exact: true }).click();
  await contentsOf(page).getByRole("button", { name: "Copy the request" }).click();
  expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe(request.id);
  await partOf(page, "Conversation").getByRole("link", { name: "All requests of this thread" }).click();
  expect(new URL(page.url()).searchParams.get("thread")).toBe("thread-of a thread & more");
});

test("on a phone it is one column, with a way back to the list", async () => {
  const { page } = await openRequest(browser, inbox, await inbox.ask("wire_abroad", WIRE), PHONE);
  await expectNothingOutside(page);
  await contentsOf(page).getByRole("link", { name: "All requests", exact: true }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe("/approvals/");
});
