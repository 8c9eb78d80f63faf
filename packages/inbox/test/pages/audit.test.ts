// The trail: searched, exported and verified by those who may see it.
import { readFile } from "node:fs/promises";
import { approve, reject, verifyTrail, type AuditEvent } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, PHONE, sharedBrowser } from "../support/browser.ts";
import { house, PEOPLE } from "../support/house.ts";

const store = memoryStore();
const [browser, inbox] = await Promise.all([sharedBrowser(), house({ store })]);
const { gate } = inbox;
afterAll(() => inbox.close());

let asked = 0;
const payment = (recipient = `Payee ${++asked}`) => inbox.ask("send_payment", { recipient, amount: 4_200 + ++asked });

test("an auditor searches it by what, whom and about what, and the address says so", async () => {
  const [paid, refused] = [await payment(), await payment("<img src=x onerror=alert(1)>\u202e")];
  await gate.decide(paid, approve({ comment: "fine" }), { by: PEOPLE.fiona });
  await gate.decide(refused, reject("not <i>them</i>\u202e"), { by: PEOPLE.bob });
  const opened = await openAs(browser, inbox, "audrey", { path: "/audit" });
  const { page } = opened;
  const rows = page.getByRole("table").getByRole("rowheader");
  await rows.filter({ hasText: "Approved. Comment: fine" }).waitFor();
  const all = await rows.count();

  await page.getByLabel("What happened").selectOption("rejected");
  await page.getByRole("button", { name: "Search" }).click();
  await expect.poll(() => rows.count()).toBe(1);
  expect(new URL(page.url()).searchParams.get("type")).toBe("rejected");
  await rows.getByText("Rejected. To the model: not <i>them</i>\\u{202e}").waitFor();
  await page.getByRole("link", { name: "Only this" }).click();
  await expect.poll(() => rows.count()).toBe(2);
  expect(await page.getByLabel("About").inputValue()).toBe(refused.id);
  await page.getByText("Data").first().click();
  await page.getByLabel("Data").getByText('"<img src=x onerror=alert(1)>\\u202e"').waitFor();

  await page.getByLabel("About").fill("");
  await page.getByLabel("By").fill("fiona");
  await page.keyboard.press("Enter");
  await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining("Approved")]);
  await page.getByRole("link", { name: "Open" }).click();
  await page.waitForURL(`**/requests/${paid.id}`);
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await expect.poll(() => rows.count()).toBe(1);
  await page.goto(`${inbox.url}/audit`);
  await expect.poll(() => rows.count()).toBe(all);
  expectClean(opened, inbox);
});

test("times narrow it, and nothing that fits says so", async () => {
  await payment();
  const { page } = await openAs(browser, inbox, "oscar", { path: "/audit" });
  await page.getByRole("table").waitFor();
  await page.getByLabel("Until").fill("2020-01-01T00:00");
  await page.getByLabel("From").fill("");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("Nothing fits. Begin earlier, or leave a filter out.").waitFor();
  await page.getByRole("link", { name: "From the beginning" }).click();
  await page.getByRole("row").filter({ hasText: "Record begun" }).first().waitFor();
  expect(await page.getByRole("link", { name: "From the beginning" }).getAttribute("aria-current")).toBe("page");
});

test("a long trail is shown piece by piece", async () => {
  const request = await payment();
  for (let n = 0; n < 60; n++) await gate.decide(await payment(), approve(), { by: PEOPLE.carla });
  const { page } = await openAs(browser, inbox, "audrey", { ...PHONE, path: "/audit?since=0" });
  const rows = page.getByRole("table").getByRole("rowheader");
  await expect.poll(() => rows.count()).toBe(100);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(100);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  await page.goto(`${inbox.url}/audit?type=approved&actor=carla`);
  await expect.poll(() => rows.count()).toBe(60);
  await page.goto(`${inbox.url}/audit?subject=${request.id}`);
  await expect.poll(() => rows.count()).toBe(1);
});

test("what fits is exported, and the whole export verifies", async () => {
  await gate.decide(await payment(), reject(), { by: PEOPLE.carla });
  const { page } = await openAs(browser, inbox, "audrey", { path: "/audit?since=0", acceptDownloads: true });
  const exported = async (): Promise<readonly AuditEvent[]> => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^Export/ }).click()]);
    expect(download.suggestedFilename()).toMatch(/\.ndjson$/);
    const text = await readFile(await download.path(), "utf8");
    return text.trim().split("\n").map((line) => JSON.parse(line) as AuditEvent); // prettier-ignore
  };
  const all = await exported();
  expect(await verifyTrail(iterate(all))).toMatchObject({ events: all.length });
  await page.goto(`${inbox.url}/audit?since=0&type=rejected&actor=carla`);
  expect((await exported()).map(({ type, actor }) => `${type} ${actor?.id}`)).toEqual(["rejected carla"]);
});

async function* iterate(events: readonly AuditEvent[]): AsyncGenerator<AuditEvent> {
  for (const event of events) yield event;
}

test("it is checked on demand: whole, running, refused, broken", async () => {
  const { id } = await payment();
  const { page } = await openAs(browser, inbox, "audrey", { path: "/audit" });
  const check = page.getByRole("button", { name: /^Check/ });
  let answers = 0;
  await page.route("**/v1/audit/verification", (route) => {
    answers++;
    if (answers === 1) return route.fulfill({ json: { status: "running", since: Date.now() - 65_000 } });
    if (answers === 3) return route.abort();
    return route.continue();
  });
  await check.dblclick();
  await page.getByText(/A large trail takes a while/).waitFor();
  await page.getByText("Done: The trail is whole").waitFor();
  await page.getByText(/\d+ events in \d+ chains fit their records/).waitFor();
  expect(answers).toBe(2);
  await check.click();
  await page.getByText("The trail wasn't checked").waitFor();

  const record = await store.getRequest("default", id);
  if (!record) throw new Error("It is not there.");
  const forged = { ...record, version: record.version + 1, reason: "It was never asked." };
  await store.commit({ tenant: "default", changes: [{ op: "put", kind: "request", record: forged, expects: record.version }], events: [] });
  await check.click();
  await page.getByText("Danger: The trail is broken").waitFor();
  await page.getByText(`In the chain of ${id}, event 1:`).waitFor();
  await page.getByText("Keep the store as it is, and compare it with a backup or an earlier export.").waitFor();
});

test("others are told whom it is for, and have no link to it", async () => {
  const { page } = await openAs(browser, inbox, "fiona", { path: "/audit" });
  await page.getByText("The audit trail is shown to operators and auditors. Your roles here: finance.").waitFor();
  expect(await page.getByRole("link", { name: "Audit" }).count()).toBe(0);
});
