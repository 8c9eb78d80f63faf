// The frame on each device: it can be installed, and has its pages where there is room for them.
import { afterAll, expect, test } from "vitest";
import { expectClean, openAs, PHONE, sharedBrowser } from "../support/browser.ts";
import { house } from "../support/house.ts";

const [browser, inbox, atRoot] = await Promise.all([sharedBrowser(), house(), house({ basePath: "" })]);
afterAll(() => Promise.all([inbox.close(), atRoot.close()]));

test.each([
  ["/approvals", inbox],
  ["the root", atRoot],
])("a phone or a desktop can install it, at %s", async (_, there) => {
  const opened = await openAs(browser, there, "fiona");
  await opened.page.getByText("Live", { exact: true }).waitFor();
  const session = await opened.page.context().newCDPSession(opened.page);
  const { errors, manifest, url } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  expect(url).toBe(`${there.url}/manifest.webmanifest`);
  expect(manifest).toMatchObject({ startUrl: `${there.url}/`, scope: `${there.url}/` });
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Contexts of tests are like private windows, which install nothing.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  for (const name of ["icons/icon.svg", "icons/maskable.svg", "icons/touch.png"]) {
    const answer = await fetch(`${there.url}/${name}`);
    expect([name, answer.status, answer.headers.get("content-type")]).toEqual([
      name,
      200,
      name.endsWith(".svg") ? "image/svg+xml" : "image/png",
    ]);
  }
  expectClean(opened, there);
  await opened.page.context().close();
});

test("more pages for those who see everything; on a phone the others are in the menu", async () => {
  const places = async (person: "fiona" | "oscar", isPhone: boolean) => {
    const { page } = await openAs(browser, inbox, person, isPhone ? PHONE : {});
    await page.getByText("Live", { exact: true }).waitFor();
    const names = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
    const [inBar] = [names.map((name) => name.replace(/\d.*$/, ""))];
    await page.getByRole("button", { name: /you and your settings/ }).click();
    const inMenu = await page.getByRole("navigation", { name: "All pages" }).getByRole("link").count();
    await page.context().close();
    return { inBar, inMenu };
  };
  const few = ["Requests", "Grants", "Freezes", "My decisions"];
  expect(await places("fiona", false)).toEqual({ inBar: few, inMenu: 0 });
  expect(await places("oscar", false)).toEqual({ inBar: [...few, "Threads", "Audit"], inMenu: 0 });
  expect(await places("oscar", true)).toEqual({ inBar: few, inMenu: 6 });
});
