import { createGate, definePolicy, type AgentRunner, type Gate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { z } from "zod";
import { call, createRunner, type MiniAgent } from "../mini.ts";
import { happen } from "../processes/effects.ts";
import { openStore, type Place } from "../processes/place.ts";
import { fateOf } from "./plan.ts";

const payment = z.object({ n: z.number(), amount: z.number() });
const policy = definePolicy({ tools: { pay: { args: payment, ask: () => true } } });

/** Short enough that who died is missed soon, long enough for a machine that is busy with killing. */
const TIMINGS = { lease: 8_000, backoffMin: 250, backoffMax: 2_000, receiptWait: 2_000 };

export interface Agent {
  readonly store: StorePort;
  readonly gate: Gate;
  readonly runner: AgentRunner<string>;
}

/** One process's agent: it pays once, whatever it is told, and is done. */
export function openAgent(place: Place): Agent {
  const store = openStore(place);
  const gate = createGate({ policy, store, timings: TIMINGS, warn: () => {} });
  const model: MiniAgent["model"] = async (messages) => {
    // Also if it is started twice: whoever starts it can't always know that somebody already did.
    if (messages.length > 1) return { role: "model", text: "done" };
    return { role: "model", calls: [call("pay", "pay", fateOf(Number(messages[0]?.text)).args)] };
  };
  const pay = async (args: object): Promise<string> => {
    happen(place, args);
    // Long enough to be killed in.
    await new Promise((resolve) => setTimeout(resolve, 150));
    return "paid";
  };
  return { store, gate, runner: createRunner(gate, { model, tools: { pay } }, "payments") };
}
