import { definePolicy, type JsonObject, type Policy, type Principal } from "@countersign/core";
import { z } from "zod";

export const Payment = z.object({ amount: z.number(), recipient: z.string(), invoice: z.string(), note: z.string() });

/** Of the size that tool calls have. */
export const ARGS: z.infer<typeof Payment> & JsonObject = {
  amount: 4_200,
  recipient: "Acme Corp, 12 Harbour Road, Rotterdam",
  invoice: "INV-2026-000088",
  note: "Second reminder; agreed with purchasing on the phone, the goods arrived complete and undamaged.",
};

const TOOLS = 8;
const AGENTS = 4;
const REQUESTERS = 10;
const ROLES = ["finance", "operations", "legal", "support"] as const;
export const toolOf = (i: number): string => `send_payment_${i % TOOLS}`;
export const agentOf = (i: number): string => `agent-${i % AGENTS}`;
export const requesterOf = (i: number): string => `requester-${i % REQUESTERS}`;

export const fiona: Principal = { id: "fiona", name: "Fiona", roles: ["finance"] };

/** Asks about each of its tools, a different role each, some under four eyes. `pay` anybody may sign; `read` needs nobody. */
export const policy: Policy = definePolicy({
  default: "deny",
  review: { expiresIn: "365d" },
  tools: {
    ...Object.fromEntries(
      Array.from({ length: TOOLS }, (_, i) => [
        toolOf(i),
        {
          args: Payment,
          ask: ({ args }: { args: { amount: number } }) => args.amount > 1_000 && "over $1,000",
          review: { roles: [ROLES[i % ROLES.length] ?? "finance"], fourEyes: i >= ROLES.length },
        },
      ]),
    ),
    pay: { args: Payment, ask: ({ args }) => args.amount > 1_000 && "over $1,000" },
    read: { args: Payment, deny: ({ args }) => args.amount > 100_000, ask: ({ args }) => args.amount > 10_000 },
  },
});
