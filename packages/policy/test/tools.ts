import { z } from "zod";

/** The tools that the tests' policies are for. */
export const tools = {
  send_payment: z.object({
    amount: z.number(),
    currency: z.enum(["EUR", "USD"]).default("EUR"),
    iban: z.string().optional(),
    note: z.string().nullable().optional(),
    items: z.array(z.object({ name: z.string(), price: z.number() })).default([]),
    on: z.coerce.date().optional(),
  }),
  delete_user: z.object({ id: z.string() }),
  "billing/refund": z.object({ cents: z.number() }),
  read_report: undefined,
};

/** A file with one rule, for send_payment. */
export const ruleFile = (rule: string): string =>
  `version: 1\ntools:\n  send_payment:\n${rule.replaceAll(/^/gm, "    ")}\nreview: { roles: [finance] }\n`;
export const askFile = (condition: string): string => ruleFile(`ask: ${JSON.stringify(condition)}`);
