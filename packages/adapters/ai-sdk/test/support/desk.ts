import { approve, createGate, definePolicy, edit, reject, type ApprovalRequest, type Gate, type Policy } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { z } from "zod";

export const Payment = z.object({ amount: z.number(), to: z.string() });
export const alice = { id: "alice" } as const;

/** Asks from 1,000 on; denies from 100,000 on; knows no other tool than `pay`. */
const overThousand = definePolicy({
  default: "allow",
  tools: { pay: { args: Payment, deny: ({ args }) => args.amount > 100_000, ask: ({ args }) => args.amount > 1_000 && "over 1,000" } },
});

/** A gate in memory, and its reviewers' hands. */
export interface Desk {
  readonly gate: Gate;
  pending(): Promise<readonly ApprovalRequest[]>;
  approve(): Promise<void>;
  edit(args: object): Promise<void>;
  reject(message?: string): Promise<void>;
}

export function openDesk(policy: Policy = overThousand): Desk {
  const gate: Gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const pending = async (): Promise<readonly ApprovalRequest[]> => (await gate.list({ status: "pending" })).items;
  const only = async (): Promise<ApprovalRequest> => {
    const [request] = await pending();
    if (!request) throw new Error("nobody asks");
    return request;
  };
  return {
    gate,
    pending,
    approve: async () => void (await gate.decide(await only(), approve(), { by: alice })),
    edit: async (args) => void (await gate.decide(await only(), edit(args), { by: alice })),
    reject: async (message) => void (await gate.decide(await only(), reject(message), { by: alice })),
  };
}
