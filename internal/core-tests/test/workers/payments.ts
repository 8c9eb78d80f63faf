import { createGate, definePolicy, type AgentRunner, type Gate, type Timings } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { z } from "zod";
import { call, createRunner, type MiniAgent } from "../mini.ts";
import { happen } from "../processes/effects.ts";
import { openStore, type Place } from "../processes/place.ts";

/** What one thread is to do: its input is this, as JSON. */
export interface Task {
  /** How long the agent looks around before the payment, in ms. Nobody has to sign that. */
  readonly look?: number;
  /** How long it stays in the payment after the money is gone, in ms. */
  readonly linger?: number;
  readonly tool?: "pay" | "repay" | "soon";
  /** The model fails once the payment is made. */
  readonly poison?: boolean;
}

/** Of processes that are to be found dead or asleep before long. */
export const SHORT = {
  lease: 2_000,
  sweepEvery: 200,
  backoffMin: 200,
  receiptWait: 1_000,
} satisfies Timings;

const args = z.object({ linger: z.number() });
const policy = definePolicy({
  default: "allow",
  tools: {
    pay: { args, ask: () => true },
    repay: { args, ask: () => true, idempotent: true },
    soon: { args, ask: () => true, review: { expiresIn: "1s", executeWithin: "1s" } },
  },
});

export interface Payments {
  readonly store: StorePort;
  readonly gate: Gate;
  readonly runner: AgentRunner<string>;
}

/** One process's agent. `say` tells the outside what is going on. */
export function openPayments(place: Place, timings: Timings, say: (what: object) => void = () => {}): Payments {
  const store = openStore(place);
  const gate = createGate({ policy, store, timings, warn: (warning) => say({ warning }) });
  const pay = async (given: object): Promise<string> => {
    const { linger } = args.parse(given);
    happen(place, given);
    say({ paid: linger });
    await sleep(linger);
    return "paid";
  };
  const look = async (given: object): Promise<string> => {
    say({ looking: true });
    await sleep(z.object({ ms: z.number() }).parse(given).ms);
    return "nothing to see";
  };
  const model: MiniAgent["model"] = async (messages) => {
    const task = JSON.parse(messages[0]?.text ?? "{}") as Task;
    if (messages.length > 1) {
      if (task.poison) throw new Error("the provider refuses this conversation");
      return { role: "model", text: "done" };
    }
    const calls = [call("look", "look", { ms: task.look ?? 0 }), call("pay", task.tool ?? "pay", { linger: task.linger ?? 0 })];
    return { role: "model", calls };
  };
  return { store, gate, runner: createRunner(gate, { model, tools: { pay, repay: pay, soon: pay, look } }, "payments") };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
