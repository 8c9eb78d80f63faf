// Time runs out while somebody looks: side by side, because each of them waits for that.
import { afterAll, test } from "vitest";
import { openAs, sharedBrowser } from "./support/browser.ts";
import { openRequest, recorded } from "./support/deciding.ts";
import { dialog, editingHouse, editingOf } from "./support/editing.ts";
import { house, type House } from "./support/house.ts";
import { openInTime } from "./support/in-time.ts";

const browser = await sharedBrowser();
const houses: House[] = [];
afterAll(() => Promise.all(houses.map((each) => each.close())));

/** Ms: by then the longest of the times that they get is over. */
const LATEST = 90_000;

async function kept(opening: Promise<House>): Promise<House> {
  const inbox = await opening;
  houses.push(inbox);
  return inbox;
}

test.concurrent("it expires while the panel is open", async ({ expect }) => {
  const inbox = await kept(house());
  const { page, request } = await openInTime(
    (within) => inbox.ask("hold_seats", { event: "the gala", seats: 4, within }),
    async (asked) => {
      const opened = await openRequest(browser, inbox, "fiona", asked);
      await opened.keyboard.press("r");
      await opened.getByLabel("Why?").fill("No seats.");
      return { page: opened };
    },
  );
  await page.waitForTimeout(Math.max(0, (request.expiresAt ?? 0) - Date.now()) + 100);
  await page.keyboard.press("Control+Enter");
  await page
    .getByText(/has expired/)
    .first()
    .waitFor();
  expect(await page.getByLabel("Why?").inputValue()).toBe("No seats.");
  expect((await recorded(inbox, request)).events).not.toContain("rejected");
});

test.concurrent("it expires while the form is open: what was typed can be read, and not be changed", async ({ expect }) => {
  const inbox = await kept(editingHouse());
  const { page, as } = await openInTime(
    (within) => inbox.ask("hurry", { text: "before", within }),
    async (request) => {
      const at = await editingOf(browser, inbox, request);
      await at.as("text").fill("typed in vain");
      return at;
    },
  );
  await dialog(page).locator("p", { hasText: "You can't edit this any more." }).waitFor({ timeout: LATEST });
  expect(await as("text").inputValue()).toBe("typed in vain");
  expect(await as("text").isEditable()).toBe(false);
  expect(await page.getByRole("button", { name: "Look at the difference" }).count()).toBe(0);
});

test.concurrent("one in a list whose time is over stops looking as if it could be decided", async ({ expect }) => {
  let inbox: House;
  const { page } = await openInTime(
    async (within) => {
      // A list of its own for each try: what was too late would stand in it.
      inbox = await kept(house());
      await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 2_000 });
      return inbox.ask("hold_seats", { event: "Gala", seats: 3, within });
    },
    async () => {
      const opened = await openAs(browser, inbox, "fiona");
      await opened.page.getByRole("heading", { name: "2 waiting for you" }).waitFor();
      return opened;
    },
  );
  await page.getByText("Expired: nobody decided in time").waitFor({ timeout: LATEST });
  await page.getByRole("heading", { name: "1 waiting for you" }).waitFor();
  expect(await page.getByRole("checkbox", { name: "Select Hold 3 seats" }).count()).toBe(0);
  // Read anew, as long as nothing has come by that says so in the store.
  await page.reload();
  await page.getByText("Expired: nobody decided in time").waitFor();
  await page.getByRole("heading", { name: "1 waiting for you" }).waitFor();
});
