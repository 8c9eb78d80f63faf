// The approval logic, written once. No framework in it: the agents of all examples share this file.
import { createGate, definePolicy } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import { z } from "zod";

export const SendPayment = z.object({
  recipient: z.string().min(1),
  amount: z.number().positive().describe("US dollars"),
  invoice: z.string().optional(),
});

export const policy = definePolicy({
  tools: {
    send_payment: {
      args: SendPayment,
      deny: ({ args }) => args.amount > 100_000 && "over $100,000",
      ask: ({ args }) => args.amount > 1_000 && "over $1,000",
      review: { roles: ["finance"], expiresIn: "48h" },
    },
  },
});

export const gate = createGate({ policy, store: sqliteStore(process.env["COUNTERSIGN_DB"] ?? "countersign.db") });
