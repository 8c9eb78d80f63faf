// Who the page is for: being signed out in the middle, and somebody else in the same browser.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { settled } from "../support/deciding.ts";
import { house, type PersonName } from "../support/house.ts";
import { signInDesk } from "../support/sign-in-desk.ts";

let person: PersonName = "fiona";
let until: number | undefined;
let authenticatedAt = Date.now();
const desk = (url: string) =>
  signInDesk(url, { name: "oidc", person: () => person, until: () => until, authenticatedAt: () => authenticatedAt });
const [browser, inbox] = await Promise.all([sharedBrowser(), house({ options: (url) => ({ authenticate: desk(url), maxAge: "1h" }) })]);
afterAll(() => inbox.close());

async function signedIn(path = "/"): Promise<Page> {
  [person, until, authenticatedAt] = ["fiona", undefined, Date.now()];
  const { page } = await openAs(browser, inbox, undefined, { path });
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("button", { name: /^Fiona/ }).waitFor();
  return page;
}

/** Without a load it is still there. */
const mark = (page: Page) => page.evaluate("globalThis.mark = true");
const isMarked = (page: Page) => page.evaluate("globalThis.mark");

test("the session ends in the middle: signing in in another tab brings this one back as it was", async () => {
  const page = await signedIn();
  await mark(page);
  await page.context().clearCookies();
  await inbox.restart();
  await page.getByRole("heading", { name: "You were signed out" }).waitFor();
  // What was there is still there.
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  const [other] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "Sign in" }).click()]);
  await other.getByRole("button", { name: /^Fiona/ }).waitFor();
  await page.getByRole("heading", { name: "You were signed out" }).waitFor({ state: "detached" });
  await page.getByText("Live", { exact: true }).waitFor();
  expect(await isMarked(page)).toBe(true);
  await page.context().close();
});

test("somebody else signs in in another tab: this one says so, and shows nothing of the first", async () => {
  await inbox.ask("send_payment", { recipient: "Globex", amount: 2_001 });
  const page = await signedIn();
  await page.getByText("Pay Globex $2,001").waitFor();
  person = "bob";
  const other = await page.context().newPage();
  await other.goto(`${inbox.url}/auth/oidc/sign-in`);
  await page.getByRole("heading", { name: "You are Bob now" }).waitFor();
  expect(await page.getByText("Globex").count()).toBe(0);
  await page.getByRole("button", { name: "Go on as Bob" }).click();
  await page.getByRole("button", { name: /^Bob/ }).waitFor();
  await page.context().close();
});

test("nobody signs as somebody else unnoticed, even where no tab tells", async () => {
  const { id } = await inbox.ask("send_payment", { recipient: "Initech", amount: 2_002 });
  const page = await signedIn(`/requests/${id}`);
  await page.getByRole("heading", { name: "Pay Initech $2,002" }).waitFor();
  await settled(page);
  await page.context().addCookies([{ name: "as-oidc", value: "bob", url: inbox.url }]);
  const failed = await page.evaluate(
    async ([base, request]) => {
      const answer = await fetch(`${base}/v1/requests/${request}`, { headers: { "Countersign-As": "fiona" } });
      return answer.status;
    },
    [inbox.url, id],
  );
  expect(failed).toBe(412);
  await settled(page);
  await page.getByRole("button", { name: /^Approve/ }).click();
  await page.getByRole("heading", { name: "You are Bob now" }).waitFor();
  expect((await inbox.gate.get(id))?.status).toBe("pending");
  await page.context().close();
});

test("a sign-in that is too old to sign with: they prove anew who they are, and go on", async () => {
  const { id } = await inbox.ask("send_payment", { recipient: "Umbrella", amount: 2_003 });
  const page = await signedIn(`/requests/${id}`);
  await page.getByRole("heading", { name: "Pay Umbrella $2,003" }).waitFor();
  await settled(page);
  authenticatedAt = Date.now() - 2 * 3_600_000;
  await page.getByRole("button", { name: /^Approve/ }).click();
  await page.getByRole("heading", { name: "Sign in again to sign" }).waitFor();
  const link = page.getByRole("link", { name: "Sign in" });
  expect(await link.getAttribute("href")).toMatch(/\/auth\/oidc\/sign-in\?return=%2Fapprovals%2Frequests%2F[0-9a-f]+&fresh$/);
  authenticatedAt = Date.now();
  await Promise.all([page.context().waitForEvent("page"), link.click()]);
  await page.getByRole("heading", { name: "Sign in again to sign" }).waitFor({ state: "detached" });
  await settled(page);
  await page.getByRole("button", { name: /^Approve/ }).click();
  await expect.poll(async () => (await inbox.gate.get(id))?.status, { timeout: 30_000 }).toBe("approved");
  await page.context().close();
});

test("its end is told before, and put off by whoever is there", async () => {
  const page = await signedIn();
  until = Date.now() + 4 * 60_000;
  await page.reload();
  await page.getByText(/^You will be signed out at/).waitFor();
  until = Date.now() + 60 * 60_000;
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await page.getByText(/^You will be signed out at/).waitFor({ state: "detached" });
  await page.context().close();
});

test("an end that can't be put off says so", async () => {
  const page = await signedIn();
  until = Date.now() + 4 * 60_000;
  await page.reload();
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await page.getByRole("status").getByRole("link", { name: "Sign in" }).waitFor();
  await page.context().close();
});

test("a server that doesn't answer is asked again until it does", async () => {
  const page = await signedIn();
  await page.route("**/v1/me", (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "The server doesn’t answer" }).waitFor();
  await page.unroute("**/v1/me");
  await page.getByRole("button", { name: /^Fiona/ }).waitFor();
  await page.context().close();
});
