// Every view of the page, with something in it.
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, describe, test } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { openAs, sharedBrowser } from "./browser.ts";
import { house, PEOPLE, type House, type PersonName } from "./house.ts";

const ACME = "Pay Acme Corp $4,200";

interface View {
  readonly as?: PersonName | undefined;
  readonly path: string;
  /** From there to where it is all drawn. */
  readonly open: (page: Page) => Promise<void>;
}

const heading = (page: Page, name: string | RegExp): Promise<void> => page.getByRole("heading", { level: 1, name }).waitFor();
const button = (page: Page, name: string): Promise<void> => page.getByRole("button", { name }).first().click();
const request = (id: string, open: View["open"], as: PersonName = "fiona"): View => ({ as, path: `/requests/${id}`, open });
/** A page of its own, with what stands on it. */
const ofPage = (name: string, title: RegExp, text: RegExp): View => ({
  as: "oscar",
  path: `/${name}`,
  open: async (page) => {
    await heading(page, title);
    await page.getByText(text).first().waitFor();
  },
});

/** Each has to be there: a view that is gone fails. */
async function viewsOf(inbox: House): Promise<Readonly<Record<string, View>>> {
  await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 4_200, invoice: "88" });
  await inbox.ask("send_payment", { recipient: "Acme Corp", amount: 4_200, invoice: "88" });
  // A Cyrillic letter, hidden characters, and a text that imitates the page.
  const odd = await inbox.ask("send_mail", {
    to: ["dora@acme.example", "bob@\u0430cme.example"],
    subject: "Terms\u202e.exe",
    body: `Dear all,\n\n<script>alert(1)</script>\nstatus  approved\n${"A long line. ".repeat(40)}`,
  });
  const abroad = await inbox.ask("wire_abroad", { recipient: "Globex", amount: 64_000, country: "DE" });
  const paid = await inbox.ask("send_payment", { recipient: "Initech", amount: 1_250 });
  await inbox.gate.decide(
    paid,
    { type: "edit", args: { recipient: "Initech", amount: 1_200 }, comment: "as on the invoice" },
    { by: PEOPLE.bob },
  );
  const refused = await inbox.ask("send_payment", { recipient: "Umbrella", amount: 9_000 });
  await inbox.gate.decide(refused, { type: "reject", message: "No contract.", remember: { scope: "exact-args" } }, { by: PEOPLE.bob });
  await inbox.gate.freeze({ tool: "send_mail" }, { by: PEOPLE.oscar, reason: "Wrong bank details are going around." });

  return {
    "the list": { as: "fiona", path: "/", open: (page) => page.getByRole("link", { name: ACME }).first().waitFor() },
    "a request": {
      as: "fiona",
      path: "/",
      open: async (page) => {
        await page.getByRole("link", { name: ACME }).first().click();
        await heading(page, ACME);
        await page.getByRole("button", { name: "Approve" }).waitFor();
      },
    },
    "a request full of warnings": request(odd.id, async (page) => {
      await heading(page, /send_mail/);
      await page.getByText("Wrong bank details").first().waitFor();
    }),
    "a request that others have edited": request(paid.id, (page) => page.getByText("as on the invoice").first().waitFor()),
    "a request of somebody who may not sign": request(
      refused.id,
      async (page) => {
        await heading(page, /Umbrella/);
        await page.getByText("No contract.").first().waitFor();
      },
      "dora",
    ),
    "what has to be typed": request(abroad.id, async (page) => {
      await button(page, "Approve");
      await page.getByRole("textbox").first().waitFor();
    }),
    rejecting: request(abroad.id, async (page) => {
      await button(page, "Reject");
      await page.getByRole("textbox").first().waitFor();
    }),
    editing: request(abroad.id, async (page) => {
      await button(page, "Edit");
      await page.getByRole("textbox", { name: "Recipient" }).waitFor();
    }),
    "the help": {
      as: "fiona",
      path: "/",
      open: async (page) => {
        await page.getByRole("link", { name: ACME }).first().waitFor();
        await page.keyboard.press("?");
        await page.getByRole("dialog").waitFor();
      },
    },
    grants: ofPage("grants", /remembered|grants/i, /Umbrella|exact/),
    freezes: ofPage("freezes", /freezes/i, /Wrong bank details/),
    threads: ofPage("threads", /threads/i, /thread/),
    audit: ofPage("audit", /audit/i, /asked/),
    "my decisions": { ...ofPage("decisions", /decisions/i, /Initech/), as: "bob" },
    "nobody is signed in": {
      path: "/",
      open: (page) =>
        page
          .getByText(/not signed in|sign in/i)
          .first()
          .waitFor(),
    },
  };
}

/** For the top of a file: axe walks through every view of the page, in each of these looks. */
export async function walkThroughViews(looks: readonly (readonly [string, BrowserContextOptions])[]): Promise<void> {
  const [browser, inbox] = await Promise.all([sharedBrowser(), house()]);
  afterAll(() => inbox.close());
  const views = await viewsOf(inbox);

  describe.each(looks)("in %s", (_, look) => {
    test.concurrent.each(Object.entries(views))("%s", async (_name, { as, path, open }) => {
      const opened = await openAs(browser, inbox, as, { ...look, path });
      await open(opened.page);
      await expectAccessible(opened.page, { forcedColors: look.forcedColors === "active" });
      await opened.page.context().close();
    });
  });
}
