import { definePolicy, type Duration, type Reviewer, type ReviewTerms, type Timings } from "@countersign/core";
import { z } from "zod";
import type { Call, Setting, ToolSpec, Turn } from "../setting.ts";

/** The world that most cases play in: a small payment runs, one over 1,000 is asked about, one over 100,000 is denied. */
export interface World {
  /** Does the policy still ask? */
  readonly asks?: boolean;
  readonly idempotent?: boolean;
  readonly review?: ReviewTerms;
  readonly timings?: Timings;
  readonly dying?: Timings;
  /** What `pay` answers. */
  readonly pay?: NonNullable<ToolSpec["answer"]>;
  /** Of `pay`, in ms. */
  readonly timeout?: number;
  readonly reviewer?: Reviewer;
  /** How long it may think. */
  readonly reviewWithin?: Duration;
  /** Payees have to be written out: shorter ones no longer fit the tool's schema. */
  readonly strict?: boolean;
  /** No payment may be larger. */
  readonly limit?: number;
  readonly tools?: readonly ToolSpec[];
}

type Payment = z.ZodObject<{ amount: z.ZodNumber; to: z.ZodString }>;
export const Payment: Payment = z.object({ amount: z.number(), to: z.string() });
const StrictPayment: Payment = z.object({ amount: z.number(), to: z.string().min(20) });
const Report = z.object({ report: z.string() });

/** Nobody should have to wait a minute for a lease. */
export const SHORT_LEASES: Timings = {
  lease: 3_000,
  nativeHold: 3_000,
  receiptWait: 8_000,
  backoffMin: 50,
};

/**
 * For cases in which a process dies: it alone has short leases. On a busy machine, one that lives may stand still for
 * longer than those.
 */
export const DEADLY: Pick<World, "timings" | "dying"> = {
  timings: { receiptWait: 8_000, backoffMin: 50 },
  dying: SHORT_LEASES,
};

export const payment = (id: string, amount: number, to = "Acme Corp"): Call => ({ id, tool: "pay", args: { amount, to } });
export const reading = (id: string, report = "r1"): Call => ({ id, tool: "read", args: { report } });
export const says = (text = "done"): Turn => ({ text });
export const calls = (...of: readonly Call[]): Turn => ({ calls: of });

export function payments(turns: readonly Turn[], world: World = {}): Setting {
  const {
    asks = true,
    idempotent = false,
    review = {},
    timings,
    dying,
    pay,
    limit = 100_000,
    tools = [],
    reviewer,
    reviewWithin,
    strict,
    timeout,
  } = world;
  const args = strict ? StrictPayment : Payment;
  return {
    turns,
    ...(timings ? { timings } : {}),
    ...(dying ? { dying } : {}),
    ...(reviewer ? { reviewer } : {}),
    ...(reviewWithin === undefined ? {} : { reviewWithin }),
    tools: [
      {
        name: "pay",
        args,
        answer: pay ?? (({ amount, to }) => `paid ${String(amount)} to ${String(to)}`),
        ...(timeout === undefined ? {} : { timeout }),
      },
      { name: "read", args: Report, answer: (args) => `report ${String(args["report"])}` },
      ...tools,
    ],
    policy: definePolicy({
      tools: {
        pay: {
          args,
          idempotent,
          review,
          deny: ({ args }) => args.amount > limit,
          ask: ({ args }) => asks && args.amount > 1_000 && "over 1,000",
        },
        read: "allow",
      },
    }),
  };
}
