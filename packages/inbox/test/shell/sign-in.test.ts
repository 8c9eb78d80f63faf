// Somebody comes who isn't signed in, and is afterwards.
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";
import { signInDesk } from "../support/sign-in-desk.ts";

const [browser, inbox, plain] = await Promise.all([
  sharedBrowser(),
  house({ options: (url) => ({ authenticate: signInDesk(url, { name: "oidc", person: () => "fiona" }) }) }),
  house({ basePath: "" }),
]);
afterAll(() => Promise.all([inbox.close(), plain.close()]));

test("somebody signs in, and comes to where the link led, filters and all; then signs out", async () => {
  const { id } = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_000 });
  const { page } = await openAs(browser, inbox, undefined, { path: `/requests/${id}?tool=send_payment` });
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("button", { name: /^Fiona/ }).waitFor();
  expect(page.url()).toBe(`${inbox.url}/requests/${id}?tool=send_payment`);
  await page.getByRole("heading", { name: "Pay Acme Corp $2,000" }).waitFor();
  await page.getByRole("button", { name: /^Fiona/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(await page.getByText("Acme").count()).toBe(0);
  expect(await page.context().cookies()).toEqual([]);
  await page.context().close();
});

test("a server behind a proxy says where to sign in, and the page goes on once they have", async () => {
  const opened = await openAs(browser, plain, undefined, { path: "/grants" });
  await opened.page.getByText("Sign in where you usually do").waitFor();
  await opened.page.context().addCookies([{ name: "as", value: "fiona", url: plain.url }]);
  await opened.page.getByRole("button", { name: "I have signed in" }).click();
  await opened.page.getByRole("button", { name: /^Fiona/ }).waitFor();
  expect(opened.page.url()).toBe(`${plain.url}/grants`);
  expectClean(opened, plain);
  await opened.page.context().close();
});
