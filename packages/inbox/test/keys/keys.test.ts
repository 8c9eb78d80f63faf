// A real keyboard: keys of the page, of what stands alone, and those that are somebody else's.
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { openAs, sharedBrowser } from "../support/browser.ts";
import { house, type PersonName } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

async function open(person: PersonName = "oscar"): Promise<Page> {
  const { page } = await openAs(browser, inbox, person);
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}
const path = (page: Page) => new URL(page.url()).pathname.replace("/approvals", "");
const help = (page: Page) => page.getByRole("dialog", { name: "Keyboard shortcuts" });

test("two keys after each other lead to a page", async () => {
  const page = await open();
  for (const [key, place] of Object.entries({ g: "/grants", f: "/freezes", t: "/threads", a: "/audit", d: "/decisions", r: "/" })) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    expect(path(page)).toBe(place);
  }
  await page.context().close();
});

test("how soon the second one came, it says itself, and not the page that hears of it late", async () => {
  const page = await open("fiona");
  await page.evaluate(`new Promise((resolve) => {
    const begun = performance.now();
    const press = (key, at) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      Object.defineProperty(event, "timeStamp", { value: at });
      document.body.dispatchEvent(event);
    };
    press("g", begun);
    setTimeout(() => resolve(press("f", begun + 100)), 1_700);
  })`);
  expect(path(page)).toBe("/freezes");
  await page.context().close();
});

test("what somebody has no right to has no key, and does nothing else either", async () => {
  const page = await open("fiona");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.keyboard.press("r");
  expect(path(page)).toBe("/");
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  expect(path(page)).toBe("/freezes");
  await page.context().close();
});

test("the help lists what counts, stands alone, and gives the focus back", async () => {
  const page = await open();
  await page.getByRole("link", { name: "Grants" }).focus();
  await page.keyboard.press("?");
  await help(page).getByText("My decisions").waitFor();
  expect(await help(page).getByRole("heading", { name: "Everywhere" }).count()).toBe(1);
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  expect(path(page)).toBe("/");
  await page.keyboard.press("Escape");
  await help(page).waitFor({ state: "detached" });
  expect(await page.locator(":focus").textContent()).toBe("Grants");
  await page.context().close();
});

test("they can be switched off, in all tabs and for good", async () => {
  const page = await open();
  const other = await page.context().newPage();
  await other.goto(`${inbox.url}/`);
  await other.getByText("Live", { exact: true }).waitFor();
  await page.keyboard.press("?");
  await help(page).getByRole("switch").uncheck();
  await page.keyboard.press("Escape");
  for (const each of [page, other]) {
    await each.keyboard.press("g");
    await each.keyboard.press("f");
    expect(path(each)).toBe("/");
  }
  await page.reload();
  await page.getByText("Live", { exact: true }).waitFor();
  await page.keyboard.press("?");
  expect(await help(page).count()).toBe(0);
  await page.getByRole("button", { name: /you and your settings/ }).click();
  await page.getByRole("switch").check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await help(page).waitFor();
  await page.context().close();
});

test("what is typed is the field's, and with Ctrl it is the browser's", async () => {
  const page = await open();
  await page.evaluate('document.querySelector("main").appendChild(document.createElement("textarea")).focus()');
  await page.keyboard.type("g f?");
  expect(path(page)).toBe("/");
  expect(await page.locator("textarea").inputValue()).toBe("g f?");
  await page.evaluate('document.querySelector("textarea").remove()');
  await page.keyboard.press("Control+g");
  await page.keyboard.press("f");
  expect(path(page)).toBe("/");
  await page.context().close();
});

test("a key that is held down counts once", async () => {
  const page = await open();
  await page.keyboard.down("g");
  await page.keyboard.down("g");
  await page.keyboard.down("g");
  await page.keyboard.up("g");
  expect(path(page)).toBe("/");
  await page.context().close();
});
