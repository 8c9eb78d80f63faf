// What happens while somebody edits: nothing that was typed is lost, and nothing is signed unseen.
import { edit } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { PHONE, sharedBrowser } from "../support/browser.ts";
import { dialog, editing, editingHouse, look, ORDER, requestOf, signed } from "../support/editing.ts";
import { PEOPLE } from "../support/house.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), editingHouse()]);
afterAll(() => inbox.close());

test("somebody else is faster: it is said, and what was typed can still be read", async () => {
  const { page, as, id } = await editing(browser, inbox, "order", ORDER);
  await as("street").fill("Side St");
  const { proposal } = await requestOf(inbox, id);
  await inbox.gate.decide({ id, digest: proposal.digest }, edit({ ...ORDER, country: "FR" }), { by: PEOPLE.bob, via: "api" });
  await dialog(page).locator("p", { hasText: "You can't edit this any more." }).waitFor();
  expect(await as("street").inputValue()).toBe("Side St");
});

test("somebody else edits meanwhile: it is said, and what was typed goes on top", async () => {
  const at = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 20_000 });
  const { page, as, id } = at;
  await as("Recipient").fill("Acme Inc");
  const { proposal: large } = await requestOf(inbox, id);
  await inbox.gate.decide({ id, digest: large.digest }, edit({ recipient: "Acme", amount: 15_000 }, { confirm: 15_000 }), { by: PEOPLE.bob, via: "api" }); // prettier-ignore
  await dialog(page).locator("p", { hasText: "The arguments were changed while you edited them." }).waitFor();
  await page.getByRole("button", { name: "Make my changes to the new arguments" }).click();
  expect(await as("Recipient").inputValue()).toBe("Acme Inc");
  expect(await as("amount").inputValue()).toBe("15000");
  await look(page);
  await as("Type the amount").fill("15000");
  await page.getByRole("button", { name: "Sign these arguments" }).click();
  await dialog(page).waitFor({ state: "detached" });
  expect((await requestOf(inbox, id)).proposal.args).toEqual({ recipient: "Acme Inc", amount: 15_000 });
});

test("a draft outlives a reload, half of a number included, and ends with the signature", async () => {
  const at = await editing(browser, inbox, "pay", { recipient: "Acme", amount: 900 }, PHONE);
  const { page, as, id } = at;
  await as("amount").fill("9,");
  await page.reload();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByText("This is your draft from before.").waitFor();
  expect(await as("amount").inputValue()).toBe("9,");
  await as("amount").fill("950");
  await signed(at, inbox, { name: "Type the amount", value: "950" });
  expect(await page.evaluate(`Object.keys(sessionStorage).filter((key) => key.includes("edit.fiona.${id}"))`)).toEqual([]);
});

test("without a network nothing is lost, and it goes on when there is one", async () => {
  const at = await editing(browser, inbox, "write", { body: "before" });
  const { page, as } = at;
  await as("body").fill("after");
  await page.context().setOffline(true);
  await look(page);
  await dialog(page).getByText("No answer came from the server.").first().waitFor();
  expect(await as("body").inputValue()).toBe("after");
  await page.context().setOffline(false);
  expect((await signed(at, inbox)).approvedArgs).toEqual({ body: "after" });
});
