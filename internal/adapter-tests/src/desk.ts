import {
  approve,
  createGate,
  definePolicy,
  edit,
  reject,
  type ApprovalRequest,
  type Gate,
  type InvalidCall,
  type Policy,
  type Reviewer,
  type Timings,
} from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { z } from "zod";

export const Amount = z.object({ amount: z.number(), to: z.string() });
export type Payment = z.infer<typeof Amount>;
export const alice = { id: "alice" } as const;

/** Asks from 1,000 on; denies from 100,000 on; allows every other tool. */
export const overThousand = definePolicy({
  default: "allow",
  tools: { pay: { args: Amount, deny: ({ args }) => args.amount > 100_000, ask: ({ args }) => args.amount > 1_000 && "over 1,000" } },
});

export interface DeskOptions {
  readonly policy?: Policy | undefined;
  readonly reviewer?: Reviewer | undefined;
  /** Of the gate. */
  readonly agent?: string | undefined;
  readonly timings?: Timings | undefined;
  readonly store?: StorePort | undefined;
  readonly onInvalid?: ((call: InvalidCall) => void) | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

/** Alice's decisions on one request. */
export interface Hands {
  approve(): Promise<ApprovalRequest>;
  edit(args: object): Promise<ApprovalRequest>;
  reject(message?: string, then?: "continue" | "revise" | "stop"): Promise<ApprovalRequest>;
}

/** A gate, its reviewer, and what the tool that it guards has really done. Alice decides the only request that waits. */
export interface Desk extends Hands {
  readonly gate: Gate;
  readonly store: StorePort;
  readonly effects: Payment[];
  /** What a framework's tool does that pays. */
  carryOut(args: Payment): Promise<string>;
  pending(threadId?: string): Promise<readonly ApprovalRequest[]>;
  only(): Promise<ApprovalRequest>;
  /** Alice's decisions on the payment to somebody, however many wait. */
  about(to: string): Hands;
}

export function openDesk({ policy = overThousand, store = memoryStore(), warn = () => {}, ...options }: DeskOptions = {}): Desk {
  const gate: Gate = createGate({ policy, store, ...options, warn });
  const effects: Payment[] = [];
  const pending = async (threadId?: string): Promise<readonly ApprovalRequest[]> =>
    (await gate.list({ status: "pending", ...(threadId === undefined ? {} : { threadId }) })).items;
  const only = async (): Promise<ApprovalRequest> => {
    const [request, ...others] = await pending();
    if (!request || others.length > 0) throw new Error(`${others.length + (request ? 1 : 0)} requests are pending`);
    return request;
  };
  const paymentTo = async (to: string): Promise<ApprovalRequest> => {
    const found = (await pending()).find(({ args }) => args["to"] === to);
    if (!found) throw new Error(`nobody asks about a payment to ${to}`);
    return found;
  };
  return {
    gate,
    store,
    effects,
    async carryOut(args) {
      effects.push(args);
      return `paid ${args.amount} to ${args.to}`;
    },
    pending,
    only,
    about: (to) => handsOn(gate, () => paymentTo(to)),
    ...handsOn(gate, only),
  };
}

function handsOn(gate: Gate, request: () => Promise<ApprovalRequest>): Hands {
  return {
    approve: async () => gate.decide(await request(), approve(), { by: alice }),
    edit: async (args) => gate.decide(await request(), edit(args), { by: alice }),
    reject: async (message, then) => gate.decide(await request(), reject(message, { then }), { by: alice }),
  };
}
