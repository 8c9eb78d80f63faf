// Whatever a request says of itself is drawn as text, in full on demand, within its frame.
import type { JsonObject } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { expectClean, PHONE, sharedBrowser, type OpenPage } from "../support/browser.ts";
import { house } from "../support/house.ts";
import { contentsOf, expectNothingOutside, openRequest, partOf } from "../support/detail.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

const EVIL = [
  "<img src=x onerror=\"document.title='pwned'\">",
  "<script>document.title='pwned'</script>",
  "<iframe srcdoc='<script>parent.document.title=`pwned`</script>'></iframe>",
  "<svg onload=\"document.title='pwned'\"><a href='javascript:alert(1)'>pay</a></svg>",
  "</dd></dl></article><h1>Approved</h1>",
  "{{constructor.constructor('alert(1)')()}}",
];
/** Elements that the page itself never draws here. */
const FOREIGN = "img, script, iframe, object, embed, video, form, style, link, base, meta, [onerror], [onload], [onclick], [style]";

async function report(args: JsonObject, options: Parameters<typeof openRequest>[3] = {}): Promise<OpenPage> {
  const opened = await openRequest(browser, inbox, await inbox.ask("file_report", args), options);
  opened.page.on("dialog", () => expect.unreachable("a dialog was opened"));
  return opened;
}

test("HTML and scripts are text, wherever they stand", async () => {
  const args = Object.fromEntries(EVIL.flatMap((evil, index) => [[evil, index], [`value ${index}`, evil], [`block ${index}`, `${evil}\n${evil}`]])); // prettier-ignore
  const opened = await report({ title: EVIL.join(" "), ...args });
  const { page } = opened;
  for (const evil of EVIL) await expect.poll(() => contentsOf(page).innerText()).toContain(evil);
  await contentsOf(page).getByText("As JSON").click();
  await contentsOf(page).getByText("History", { exact: true }).click();
  await contentsOf(page).getByText("Everything that was recorded").first().click();
  expect(await contentsOf(page).locator(FOREIGN).count()).toBe(0);
  expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  expect(await page.title()).toContain(EVIL[0]);
  await expectNothingOutside(page);
  expectClean(opened, inbox);
});

test("hidden characters stand out, and nothing is read from right to left", async () => {
  const { page } = await report({ title: "Pay \u202e002,4$", note: "a\u200bb\u2066c", "ke\u202ey": "x\u0000y\nz\ufeff" });
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(String.raw`Pay \u{202e}002,4$`);
  const marks = await partOf(page, "Arguments").locator("mark").allInnerTexts();
  expect(marks).toEqual(expect.arrayContaining([String.raw`\u{200b}`, String.raw`\u{2066}`, String.raw`\u{202e}`, String.raw`\u{feff}`]));
  expect(await contentsOf(page).innerText()).not.toMatch(/[\u200b\u202e\u2066\ufeff]/);
  await expect.poll(() => contentsOf(page).getByText("has characters that change the direction of reading").count()).toBeGreaterThan(0);
});

test("text that reads like an escape doesn't stand out as one", async () => {
  const { page } = await report({ note: String.raw`\u{202e}` });
  const row = partOf(page, "Arguments").locator("dd").filter({ hasText: "202e" });
  expect(await row.innerText()).toBe(String.raw`"\\u{202e}"`);
  expect(await row.locator("mark").count()).toBe(0);
});

test("of a text of a megabyte the beginning is drawn, and all of it on demand", async () => {
  const { page } = await report({ big: `${"0123456789".repeat(100_000)}END` });
  const text = partOf(page, "Arguments");
  expect((await text.innerText()).length).toBeLessThan(5_000);
  expect(await text.innerText()).toContain("1,000,003 characters");
  expect(await text.innerText()).toContain("997,505 characters not shown");
  for (;;) {
    const more = text.getByRole("button", { name: /^Show .* characters/ });
    if ((await more.count()) === 0) break;
    await more.click();
  }
  // What isn't in sight isn't laid out, and then isn't in innerText.
  expect(await text.textContent()).toContain('789END"');
  await expectNothingOutside(page);
  await text.getByText("As JSON").click();
  await text.getByRole("button", { name: /^Show .* characters/ }).waitFor();
});

test("of ten thousand fields the first are drawn, and more on demand", async () => {
  const { page } = await report(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index])));
  const rows = partOf(page, "Arguments").locator("dl > div");
  expect(await rows.count()).toBe(200);
  await contentsOf(page).getByText("9,800 rows not shown").waitFor();
  await contentsOf(page).getByRole("button", { name: "Show 200 more rows" }).click();
  await expect.poll(() => rows.count()).toBe(400);
});

test("what is nested a hundred levels deep is reached, and stays within its frame, on a phone as well", async () => {
  let deep: JsonObject = { end: "the bottom" };
  for (let level = 0; level < 100; level++) deep = level % 2 === 0 ? { child: deep } : { list: [deep] };
  const { page } = await report({ deep }, PHONE);
  const part = partOf(page, "Arguments");
  for (let press = 0; press < 60 && (await part.getByText('"the bottom"').count()) === 0; press++)
    await part.locator("details:not([open]) > summary").filter({ hasText: "level" }).click();
  await part.getByText('"the bottom"').waitFor();
  await expectNothingOutside(page);
});

test("long words, names and lines wrap, on a phone as well", async () => {
  const word = "x".repeat(2_000);
  const { page } = await report({ title: word, link: `https://${"a.".repeat(90)}example/${word}`, [word]: word, block: `${word}\n${word}`, list: [[word]] }, PHONE); // prettier-ignore
  await contentsOf(page).getByText("Ids", { exact: true }).click();
  await expectNothingOutside(page);
});

test("a link says where it leads, whatever it is called", async () => {
  const { page } = await report({ title: "https://bank.example/pay", link: "https://evil.example/pay" });
  const link = partOf(page, "Conversation").getByRole("link", { name: "evil.example" });
  expect(await link.innerText()).toContain("Open on evil.example");
  expect(await link.evaluate((a) => ["href", "target", "rel"].map((name) => a.getAttribute(name)))).toEqual(["https://evil.example/pay", "_blank", "noreferrer noopener"]); // prettier-ignore
});

test.for([
  ["https://bank.example\u202e@evil.example/pay", "evil.example"],
  ["https://\u0430\u0440\u0440\u04cf\u0435.com/", "xn--80ak6aa92e.com"],
  ["https://evil.example\\@bank.example/", "evil.example"],
] as const)("the host of a link is the one that the browser goes to: %s", async ([address, host]) => {
  const { page } = await report({ title: "The bank", link: address });
  const link = partOf(page, "Conversation").getByRole("link", { name: /^Open on/ });
  expect((await link.innerText()).trim()).toBe(`Open on ${host}`);
  expect(await link.evaluate((a) => new URL(a.getAttribute("href") ?? "").host)).toBe(host);
});

test("only addresses of the web are links", async () => {
  const { page } = await report({ title: "Ask", link: "mailto:fiona@acme.example?body=x", data: "data:text/html,<script>alert(1)</script>", js: "javascript:alert(1)" }); // prettier-ignore
  await partOf(page, "Conversation").getByText("mailto:fiona@acme.example?body=x").waitFor();
  const hrefs = await contentsOf(page).locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? "")); // prettier-ignore
  expect(hrefs.length).toBeGreaterThan(0);
  expect(hrefs.filter((href) => !href.startsWith("/approvals/"))).toEqual([]);
});
