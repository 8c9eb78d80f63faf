// What a browser keeps of requests: drafts, for as long as somebody is signed in.
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";
import { signInDesk } from "../support/sign-in-desk.ts";

const [browser, inbox] = await Promise.all([
  sharedBrowser(),
  house({ options: (url) => ({ authenticate: signInDesk(url, { name: "oidc", person: () => "fiona" }) }) }),
]);
afterAll(() => inbox.close());

const KEPT = "JSON.stringify({ ...sessionStorage, ...localStorage })";

test("whoever signs out leaves nothing of what they typed, in none of their tabs", async () => {
  const { id } = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_000 });
  const { page } = await openAs(browser, inbox, undefined, { path: `/requests/${id}` });
  await page.getByRole("link", { name: "Sign in" }).click();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole("button", { name: "Edit" }).click();
  await other.getByRole("textbox", { name: "Recipient", exact: true }).fill("Not Acme Corp");
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByLabel("Why?").fill("Known to me alone");
  await expect.poll(() => page.evaluate(KEPT)).toContain("Known to me alone");
  await expect.poll(() => other.evaluate(KEPT)).toContain("Not Acme Corp");
  await page.getByRole("button", { name: /^Fiona/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await expect.poll(() => page.evaluate(KEPT)).toBe("{}");
  await other.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(await other.getByText("Acme").count()).toBe(0);
  await expect.poll(() => other.evaluate(KEPT)).toBe("{}");
});
