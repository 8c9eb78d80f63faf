import {
  approve,
  createGate,
  definePolicy,
  edit,
  reject,
  type ApprovalRequest,
  type Gate,
  type Policy,
  type Reviewer,
  type Timings,
} from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { tool } from "langchain";
import { z } from "zod";

export const Amount = z.object({ amount: z.number(), to: z.string() });
export const alice = { id: "alice" } as const;

/** Asks from 1,000 on; denies from 100,000 on; knows no other tool than `pay`. */
export const overThousand = definePolicy({
  default: "allow",
  tools: { pay: { args: Amount, deny: ({ args }) => args.amount > 100_000, ask: ({ args }) => args.amount > 1_000 && "over 1,000" } },
});

/** A gate in memory, its reviewers' hands, and what its tool has really done. */
export interface Desk {
  readonly gate: Gate;
  readonly effects: { amount: number; to: string }[];
  readonly pay: ReturnType<typeof payTool>;
  /** Calls of the store since the desk was opened, by method. */
  readonly io: Map<string, number>;
  pending(threadId?: string): Promise<readonly ApprovalRequest[]>;
  approve(to: string): Promise<void>;
  edit(to: string, args: object): Promise<void>;
  reject(to: string, message?: string, then?: "continue" | "revise" | "stop"): Promise<void>;
}

export function openDesk(
  options: { policy?: Policy; reviewer?: Reviewer; during?: (args: z.infer<typeof Amount>) => unknown; timings?: Partial<Timings> } = {},
): Desk {
  const { store, io } = counted(memoryStore());
  const gate: Gate = createGate({
    policy: options.policy ?? overThousand,
    store,
    reviewer: options.reviewer,
    timings: options.timings,
    warn: () => {},
  });
  const effects: Desk["effects"] = [];
  const pending = async (threadId?: string): Promise<readonly ApprovalRequest[]> =>
    (await gate.list({ status: "pending", ...(threadId ? { threadId } : {}) })).items;
  const about = async (to: string): Promise<ApprovalRequest> => {
    const found = (await pending()).find(({ args }) => args["to"] === to);
    if (!found) throw new Error(`nobody asks about a payment to ${to}`);
    return found;
  };
  return {
    gate,
    effects,
    io,
    pay: payTool(effects, options.during),
    pending,
    approve: async (to) => void (await gate.decide(await about(to), approve(), { by: alice })),
    edit: async (to, args) => void (await gate.decide(await about(to), edit(args), { by: alice })),
    reject: async (to, message, then) => void (await gate.decide(await about(to), reject(message, { then }), { by: alice })),
  };
}

function payTool(effects: Desk["effects"], during: ((args: z.infer<typeof Amount>) => unknown) | undefined) {
  return tool(
    async (args: z.infer<typeof Amount>) => {
      const extra = await during?.(args);
      effects.push(args);
      return extra ?? `paid ${args.amount} to ${args.to}`;
    },
    { name: "pay", description: "Pays", schema: Amount },
  );
}

function counted(store: ReturnType<typeof memoryStore>): { store: typeof store; io: Map<string, number> } {
  const io = new Map<string, number>();
  const counting = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        io.set(String(name), (io.get(String(name)) ?? 0) + 1);
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { store: counting, io };
}

/** What the obedient model is told: pay these. */
export const paying = (...payments: readonly [amount: number, to: string][]): string =>
  JSON.stringify(payments.map(([amount, to]) => ["pay", { amount, to }]));

/** The messages of a state as `type: text`. */
export const transcript = (state: { messages: readonly { type: string; text: string }[] }): string[] =>
  state.messages.map((message) => `${message.type}: ${message.text}`);
