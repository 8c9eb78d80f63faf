// Somebody was faster, the arguments changed, time ran out: said in place, and nothing that was typed is lost.
import { approve, edit } from "@countersign/core";
import { afterAll, expect, test } from "vitest";
import { sharedBrowser } from "../support/browser.ts";
import { house, PEOPLE } from "../support/house.ts";
import { openRequest, recorded, settled } from "../support/deciding.ts";

const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
afterAll(() => inbox.close());

let amount = 4_200;
/** Each of another amount: of the same call a second time, the page warns. */
const payment = (given = ++amount) => inbox.ask("send_payment", { recipient: "Acme Corp", amount: given, invoice: "88" });
const DECISIONS = "**/v1/requests/*/decisions";

test("two sign at once: one of them wins, and the other one reads who it was", async () => {
  const request = await payment();
  const [fiona, bob] = await Promise.all([openRequest(browser, inbox, "fiona", request), openRequest(browser, inbox, "bob", request)]);
  await bob.keyboard.press("r");
  await bob.getByLabel("Why?").fill("I would rather not.");
  await bob.route(DECISIONS, async (route) => {
    await fiona.getByRole("button", { name: "Approve" }).click();
    await expect.poll(async () => (await recorded(inbox, request)).events).toContain("approved");
    await route.continue();
  });
  await bob.keyboard.press("Control+Enter");
  await bob
    .getByText(/Fiona \(finance\) approved it first, /)
    .first()
    .waitFor();
  expect(await bob.getByLabel("Why?").inputValue()).toBe("I would rather not.");
  expect((await recorded(inbox, request)).events).toEqual(["asked", "approved"]);
});

test("arguments that change while the panel is open can't be signed before they are looked at", async () => {
  const asked = await inbox.ask("wire_abroad", { recipient: "Initech", amount: 9_000, country: "DE" });
  const wire = await openRequest(browser, inbox, "fiona", asked);
  await wire.keyboard.press("a");
  await wire.getByLabel("Type the amount").fill("9000");
  await wire.route(DECISIONS, async (route) => {
    await inbox.gate.decide(asked, edit({ recipient: "Initech", amount: 9_900, country: "DE" }, { confirm: 9_900 }), { by: PEOPLE.bob });
    await route.continue();
  });
  await wire.keyboard.press("Control+Enter");
  await wire.getByText("The arguments changed while you looked at them. Nothing was signed.").first().waitFor();
  await wire.unroute(DECISIONS);
  await wire
    .getByRole("button", { name: /^Approve/ })
    .last()
    .click({ force: true });
  expect((await recorded(inbox, asked)).request?.decisions.map(({ by }) => by.id)).toEqual(["bob"]);
  await wire.getByRole("button", { name: "Show the new arguments" }).click();
  await wire.getByRole("heading", { level: 1, name: /9900/ }).waitFor();
  // Whoever signs them now has to type anew what they have read.
  await settled(wire);
  await wire.keyboard.press("a");
  expect(await wire.getByLabel("Type the amount").inputValue()).toBe("");
});

test("what the terms don't allow any more is said as the server says it", async () => {
  const request = await inbox.ask("wire_abroad", { recipient: "Initech", amount: 700, country: "DE" });
  const page = await openRequest(browser, inbox, "fiona", request);
  await inbox.gate.decide(request, approve({ confirm: 700 }), { by: PEOPLE.fiona });
  await inbox.gate.decide(request, approve({ confirm: 700 }), { by: PEOPLE.carla });
  await page
    .getByText(/It was approved by|It is approved/)
    .first()
    .waitFor();
  expect((await recorded(inbox, request)).request?.status).toBe("approved");
});
