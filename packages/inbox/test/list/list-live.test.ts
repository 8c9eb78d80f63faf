// A list that somebody looks at: nothing in it moves until they say so, and nothing in it is out of date.
import { afterAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { expectClean, openAs, sharedBrowser } from "../support/browser.ts";
import { decideAs } from "../support/decide-as.ts";
import { house, PEOPLE, type House } from "../support/house.ts";

const browser = await sharedBrowser();
const houses: House[] = [];
afterAll(() => Promise.all(houses.map((each) => each.close())));

/** A house in which payments of these amounts wait. */
async function houseWith(...amounts: readonly number[]) {
  const inbox = await house();
  houses.push(inbox);
  const requests = [];
  for (const amount of amounts) {
    requests.push(await inbox.ask("send_payment", { recipient: "Acme Corp", amount }));
    // Those of one millisecond stand in no order.
    await new Promise((later) => setTimeout(later, 5));
  }
  return { inbox, requests };
}
const titlesIn = (page: Page): Promise<readonly string[]> => page.locator("[data-line] > [title]").allTextContents();
const topOf = async (page: Page, title: string): Promise<number> => (await page.getByRole("link", { name: title }).boundingBox())?.y ?? NaN;

test("new ones wait behind a button, and are where they belong once it is pressed", async () => {
  const { inbox } = await houseWith(2_000, 3_000);
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByRole("heading", { name: "2 waiting for you" }).waitFor();
  await page.keyboard.press("j");
  const before = await topOf(page, "Pay Acme Corp $2,000");
  await inbox.ask("wire_abroad", { recipient: "Globex", amount: 50_000, country: "DE" });
  await inbox.ask("send_mail", { to: ["a@b.example"], subject: "s", body: "b" });
  // Four eyes: it isn't Fiona's to sign.
  await inbox.ask("wire_abroad", { recipient: "Globex", amount: 60_000, country: "DE" }, { requestedBy: PEOPLE.fiona });
  await page.getByRole("button", { name: "Show 2 new" }).waitFor();
  await page.getByRole("heading", { name: "4 waiting for you" }).waitFor();
  expect(await page.getByRole("status").textContent()).toMatch(/\d new request/);
  expect(await titlesIn(page)).toEqual(["Pay Acme Corp $2,000", "Pay Acme Corp $3,000"]);
  expect(await topOf(page, "Pay Acme Corp $2,000")).toBe(before);

  await page.keyboard.press("n");
  await page.getByText("new", { exact: true }).first().waitFor();
  const titles = await titlesIn(page);
  expect(titles[0]).toContain("wire_abroad");
  expect(titles[3]).toContain("send_mail");
  expect(await page.getByText("new", { exact: true }).count()).toBe(2);
  // What had the focus has it still, and stands where it stood.
  expect(await page.locator(":focus").textContent()).toContain("Pay Acme Corp $2,000");
  expect(await page.getByRole("button", { name: /new/ }).count()).toBe(0);
});

test("one that is decided elsewhere stays, greyed, and says by whom; it goes when the list is read anew", async () => {
  const { inbox, requests } = await houseWith(2_000, 3_000, 4_000);
  const opened = await openAs(browser, inbox, "fiona");
  const { page } = opened;
  await page.getByRole("heading", { name: "3 waiting for you" }).waitFor();
  const places = await Promise.all(["$2,000", "$3,000", "$4,000"].map((amount) => topOf(page, amount)));
  const [first, second] = requests;
  if (!first || !second) throw new Error("There are too few.");
  await decideAs(inbox, "bob", first);
  await decideAs(inbox, "carla", second, { type: "reject", message: "Not this one." });
  await page.getByText("Approved by Bob").waitFor();
  await page.getByText("Rejected by Carla").waitFor();
  await page.getByRole("heading", { name: "1 waiting for you" }).waitFor();
  expect(await Promise.all(["$2,000", "$3,000", "$4,000"].map((amount) => topOf(page, amount)))).toEqual(places);
  expect(await page.locator("[data-gone=true]").count()).toBe(2);
  expect(await page.getByRole("checkbox", { name: "Select Pay" }).count()).toBe(1);

  await page.getByRole("button", { name: "Clear 2 decided" }).click();
  await page.getByRole("link", { name: "$2,000" }).waitFor({ state: "detached" });
  expect(await titlesIn(page)).toEqual(["Pay Acme Corp $4,000"]);
  expectClean(opened, inbox);
});

test("one that was signed and waits for others now says so", async () => {
  const { inbox } = await houseWith();
  const wire = await inbox.ask("wire_abroad", { recipient: "Globex", amount: 50_000, country: "DE" });
  const { page } = await openAs(browser, inbox, "fiona");
  const { page: other } = await openAs(browser, inbox, "carla");
  await page.getByRole("heading", { name: "1 waiting for you" }).waitFor();
  await other.getByRole("heading", { name: "1 waiting for you" }).waitFor();
  await inbox.gate.decide(
    { id: wire.id, digest: wire.proposal.digest },
    { type: "approve", confirm: { "args.amount": "50000" } } as never,
    { by: PEOPLE.fiona },
  );
  await page.getByText("No longer waits for you").waitFor();
  await other.getByText("1 of 2 signed").waitFor();
});

test("what was missed while nothing was heard is made good", async () => {
  const { inbox, requests } = await houseWith(2_000, 3_000);
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByRole("heading", { name: "2 waiting for you" }).waitFor();
  const [first] = requests;
  if (!first) throw new Error("There is none.");
  await page.context().setOffline(true);
  await decideAs(inbox, "bob", first);
  await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 5_000 });
  await page.context().setOffline(false);
  await page.getByText("Approved by Bob").waitFor();
  await page.getByRole("button", { name: "Show 1 new" }).waitFor();
});

test("a freeze marks what it stops, in place", async () => {
  const { inbox } = await houseWith(2_000);
  const { page } = await openAs(browser, inbox, "fiona");
  await page.getByRole("heading", { name: "1 waiting for you" }).waitFor();
  const freeze = await inbox.gate.freeze({ tool: "send_payment" }, { by: PEOPLE.fiona, reason: "an audit" });
  await page.getByText("frozen", { exact: true }).waitFor();
  await inbox.gate.liftFreeze(freeze.id, { by: PEOPLE.oscar });
  await page.getByText("frozen", { exact: true }).waitFor({ state: "detached" });
});
