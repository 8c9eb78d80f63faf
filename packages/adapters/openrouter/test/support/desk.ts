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
} from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { tool } from "@openrouter/agent";
import { z } from "zod";
import { responsesIn, ScriptedModel, textOf, type Script } from "./scripted-model.ts";

export const Amount = z.object({ amount: z.number(), to: z.string() });
export const alice = { id: "alice" } as const;

/** Asks from 1,000 on; denies from 100,000 on; allows every other tool. */
const overThousand = definePolicy({
  default: "allow",
  tools: { pay: { args: Amount, deny: ({ args }) => args.amount > 100_000, ask: ({ args }) => args.amount > 1_000 && "over 1,000" } },
});

/** A gate in memory, and what its tool has really done. */
export function openDesk({ policy = overThousand, reviewer }: { readonly policy?: Policy; readonly reviewer?: Reviewer } = {}) {
  const store = memoryStore();
  const gate: Gate = createGate({ policy, store, reviewer, warn: () => {} });
  const effects: unknown[] = [];
  const pending = async (): Promise<readonly ApprovalRequest[]> => (await gate.list({ status: "pending" })).items;
  const only = async (): Promise<ApprovalRequest> => {
    const [request, ...others] = await pending();
    if (!request || others.length > 0) throw new Error(`${others.length + (request ? 1 : 0)} requests are pending`);
    return request;
  };
  return {
    gate,
    store,
    effects,
    pay: payTool(effects),
    pending,
    only,
    approve: async () => gate.decide(await only(), approve(), { by: alice }),
    edit: async (args: object) => gate.decide(await only(), edit(args), { by: alice }),
    reject: async (message?: string, then?: "continue" | "stop") => gate.decide(await only(), reject(message, { then }), { by: alice }),
  };
}

/** Pays by writing down that it did. */
export function payTool(effects: unknown[]) {
  return tool({
    name: "pay",
    description: "Pays",
    inputSchema: Amount,
    execute: async (args) => {
      effects.push(args);
      return `paid ${args.amount} to ${args.to}`;
    },
  });
}

export type Lines = ReturnType<Script>[];

/** One line after the other, by how far the conversation is; then the results that it was told. */
export function saying(...lines: Lines): ScriptedModel {
  return new ScriptedModel((items) => {
    const results = items.filter(({ type }) => type === "function_call_output").map(textOf);
    return lines[responsesIn(items)] ?? results.join(" | ");
  });
}

export const paying = (amount: number, to = "x", id = "call_0") => ({ id, name: "pay", args: { amount, to } });
