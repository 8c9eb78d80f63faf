import { definePolicy, type ApprovalRequest, type JsonObject } from "@countersign/core";
import type { Browser, Locator, Page } from "playwright-core";
import { z } from "zod";
import { openAs, type OpenPage } from "./browser.ts";
import { house, type House } from "./house.ts";
import { SOON_OVER, type SoonOver } from "./in-time.ts";

const Line = z.object({ item: z.string(), count: z.int().min(1) });
const anyOf = <S extends z.ZodType>(args: S) => ({ args, ask: true, review: { roles: ["finance"] } }) as const;

const policy = definePolicy({
  tools: {
    pay: {
      args: z.object({
        recipient: z.string().min(1).meta({ title: "Recipient" }),
        amount: z.number().positive(),
        iban: z.string().optional(),
      }),
      deny: ({ args }) => args.amount > 100_000 && "over $100,000",
      ask: [
        { when: ({ args }) => args.amount > 10_000, review: { roles: ["finance"], quorum: 2, confirm: "args.amount" } },
        { when: () => true, review: { roles: ["finance"], confirm: "args.amount" } },
      ],
      describe: ({ args }) => ({ title: `Pay ${args.recipient} $${args.amount}` }),
    },
    order: anyOf(
      z.object({
        lines: z.array(Line),
        tags: z.array(z.string()),
        country: z.enum(["DE", "FR"]),
        on: z.iso.date(),
        urgent: z.boolean(),
        note: z.string().nullable(),
        by: z.discriminatedUnion("type", [z.object({ type: z.literal("post"), street: z.string() }), z.object({ type: z.literal("mail"), address: z.string() })]), // prettier-ignore
        prices: z.record(z.string(), z.number()),
        options: z.object({ copy: z.boolean(), delay: z.int().optional() }).optional(),
      }),
    ),
    write: anyOf(z.looseObject({ body: z.string() })),
    hurry: {
      args: z.object({ text: z.string(), within: z.enum(SOON_OVER) }),
      ask: SOON_OVER.map((within) => ({
        when: ({ args }: { readonly args: { readonly within: SoonOver } }) => args.within === within,
        review: { roles: ["finance"], expiresIn: within },
      })),
    },
    secret: { ...anyOf(z.object({ iban: z.string(), amount: z.number() })), redact: ["args.iban"] },
  },
});
/** A house whose tools take all kinds of arguments. */
export const editingHouse = (): Promise<House> => house({ policy });

/** What `order` takes. */
export const ORDER = {
  lines: [{ item: "Chairs", count: 4 }, { item: "Tables", count: 2 }], // prettier-ignore
  tags: ["a", "b", "c"],
  country: "DE",
  on: "2026-12-24",
  urgent: true,
  note: null,
  by: { type: "post", street: "Main St" },
  prices: { chair: 0.1 },
};

/** Somebody edits a request. */
export interface OpenEdit extends OpenPage {
  readonly id: string;
  /** The field of that name. */
  as(name: string): Locator;
}

/** Fiona looks at a request that was just asked, and begins to edit it. */
export async function editing(
  browser: Browser,
  inbox: House,
  tool: string,
  args: JsonObject,
  options: Parameters<typeof openAs>[3] = {},
): Promise<OpenEdit> {
  return editingOf(browser, inbox, await inbox.ask(tool, args), options);
}

/** Fiona looks at this request, and begins to edit it. */
export async function editingOf(
  browser: Browser,
  inbox: House,
  { id }: Pick<ApprovalRequest, "id">,
  options: Parameters<typeof openAs>[3] = {},
): Promise<OpenEdit> {
  const opened = await openAs(browser, inbox, "fiona", { ...options, path: `/requests/${id}` });
  await opened.page.getByRole("button", { name: "Edit" }).click();
  await opened.page.getByRole("heading", { name: "Edit the arguments" }).waitFor();
  return { ...opened, id, as: (name) => opened.page.getByRole("textbox", { name, exact: true }) };
}

/** The dialog, or what it says in a paragraph: a live region says some of it as well. */
export const dialog = (page: Page): Locator => page.getByRole("dialog");

export const look = (page: Page): Promise<void> => page.getByRole("button", { name: "Look at the difference" }).click();

/** Looks at the difference, types what has to be typed, signs it, and answers what came of it. */
export async function signed(
  { page, id, as }: OpenEdit,
  inbox: House,
  confirm?: { readonly name: string; readonly value: string },
): Promise<ApprovalRequest> {
  await look(page);
  if (confirm) await as(confirm.name).fill(confirm.value);
  await page.getByRole("button", { name: "Sign these arguments" }).click();
  await dialog(page).waitFor({ state: "detached" });
  return requestOf(inbox, id);
}

export async function requestOf(inbox: House, id: string): Promise<ApprovalRequest> {
  const request = await inbox.gate.get(id);
  if (!request) throw new Error("It isn't there.");
  return request;
}
