// Too many requests: the page waits as long as the server says, and goes on by itself.
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";

// One in 1.5 seconds: a list, which takes two requests at once, doesn't come with the first one that is let in.
const [browser, inbox] = await Promise.all([sharedBrowser(), house({ options: { limits: { requests: 40 } } })]);
afterAll(() => inbox.close());

test("a list and a request that were refused are there soon, without anybody's doing", async () => {
  const { id } = await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 4_200 });
  const { page } = await openAs(browser, inbox, "fiona");
  const link = page.getByRole("link", { name: "Pay Acme Corp $4,200" });
  const tryAgain = page.getByRole("button", { name: "Try again" });
  await link.waitFor();
  const select = "document.querySelector('select')";
  await page.evaluate(refusedThen(`${select}.value = 'oldest', ${select}.dispatchEvent(new Event('change', { bubbles: true }))`));
  await tryAgain.waitFor();
  await link.waitFor();
  expect(page.url()).toContain("order=oldest");
  await page.evaluate(refusedThen(`document.querySelector('a[href*="${id}"]').click()`));
  await tryAgain.waitFor();
  await page.getByRole("heading", { name: "Pay Acme Corp $4,200" }).waitFor();
});

/** A script of the page that uses up what it may ask, and then does this, more than a second before it may ask again. */
function refusedThen(act: string): string {
  return `(async () => {
    const isRefused = async () => (await fetch("v1/me")).headers.get("Retry-After") === "2";
    for (let i = 0; !(await isRefused()); i++) if (i === 1_000) throw new Error("A thousand requests, and none was refused for long.");
    ${act};
  })()`;
}
