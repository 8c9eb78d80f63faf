// The approval logic of this demo: that of `../approvals.ts`, with tiers, and with words for the people who sign.
import { createGate, definePolicy, type PolicyCall } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import { z } from "zod";
import { INVOICES, VENDORS } from "./books.ts";

export const SendPayment = z.object({
  recipient: z.string().min(1).meta({ title: "Recipient" }).describe("As the vendor is called in the books"),
  amount: z.number().positive().meta({ title: "Amount" }).describe("US dollars"),
  invoice: z.string().optional().meta({ title: "Invoice" }),
  on: z.iso.date().optional().meta({ title: "Pay on" }).describe("Today, if left out"),
  note: z.string().max(140).optional().meta({ title: "Note to the vendor" }),
  urgent: z.boolean().default(false).meta({ title: "Urgent" }).describe("Arrives today, for a fee"),
});
type Payment = z.output<typeof SendPayment>;

export const policy = definePolicy({
  tools: {
    send_payment: {
      args: SendPayment,
      deny: ({ args }) => args.amount > 100_000 && "over $100,000",
      ask: [
        {
          when: ({ args }) => args.amount > 50_000 && "over $50,000",
          review: { quorum: [{ roles: ["finance"] }, { roles: ["cfo"] }], fourEyes: true, confirm: "args.amount", expiresIn: "4h" },
        },
        { when: ({ args }) => args.amount > 10_000 && "over $10,000", review: { confirm: "args.amount", expiresIn: "24h" } },
        { when: ({ args }) => args.amount > 1_000 && "over $1,000", review: { batch: true, remember: ["exact-args", "tool"] } },
      ],
      review: { roles: ["finance"], expiresIn: "48h" },
      describe,
    },
  },
});

export const gate = createGate({ policy, store: sqliteStore(process.env["COUNTERSIGN_DB"] ?? "countersign.db") });

/** What somebody who signs would look up. */
function describe({ args, threadId }: PolicyCall<Payment>) {
  const vendor = VENDORS[args.recipient];
  const invoice = INVOICES[args.invoice ?? ""];
  return {
    title: `Pay ${args.recipient} ${dollars(args.amount)}`,
    facts: [
      { label: "Vendor", value: vendor ? `since ${vendor.since}, ${vendor.delivers}` : "not in our books" },
      {
        label: "Invoice",
        value: invoice ? `${dollars(invoice.amount)} from ${invoice.vendor}, due ${invoice.due}` : "none that has come in",
      },
    ],
    links: [
      ...(args.invoice ? [{ label: `Invoice ${args.invoice}`, url: `https://books.acme.example/invoices/${encodeURIComponent(args.invoice)}` }] : []), // prettier-ignore
      { label: "The conversation", url: `https://chat.acme.example/c/${encodeURIComponent(threadId)}` },
    ],
    risk: riskOf(args),
  };
}

function riskOf({ recipient, amount, invoice = "" }: Payment): "low" | "medium" | "high" {
  const billed = INVOICES[invoice];
  if (!VENDORS[recipient] || amount > 50_000) return "high";
  return billed?.vendor === recipient && billed.amount === amount && amount <= 10_000 ? "low" : "medium";
}

function dollars(amount: number): string {
  return `$${amount.toLocaleString("en-US")}`;
}
