import { createGate } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { inBulk } from "../measure.ts";
import type { Opened, Operations } from "../operations.ts";
import { ARGS, policy } from "../stores/policy.ts";
import { evaluateConditions, policyFromFile } from "../stores/policy-file.ts";

/** One call takes microseconds. */
const BULK = 500;

interface Given {
  readonly policy: "code" | "file";
}

/** mustWait and execute, as every adapter calls them, beside the effect alone and the conditions that the policy can't do without. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open(given: Given): Promise<Opened> {
  const store = memoryStore();
  const fromFile = given.policy === "file";
  const gate = createGate({ policy: fromFile ? policyFromFile : policy, store, warn: () => {} });
  const conditions = fromFile ? evaluateConditions : () => {};
  const effect = async (args: typeof ARGS): Promise<string> => args.recipient;
  const subject = inBulk(async (calls) => {
    const thread = openThread(gate, { threadId: "bench", agent: "bench", framework: "bench" });
    for (let i = 0; i < calls; i++) {
      const call: ProposedCall = { turnId: "msg_1", callId: `call_${i}`, tool: "read", args: ARGS };
      const waits = thread.mustWait(call, { fresh: true });
      if (waits !== false && (await waits)) throw new Error("an allowed call waits for nobody");
      await thread.execute(call, (args) => effect(args as typeof ARGS), { fresh: true });
    }
  });
  const baseline = inBulk(async (calls) => {
    for (let i = 0; i < calls; i++) {
      conditions();
      await effect(ARGS);
    }
  });
  return { cases: [{ subject, baseline, bulk: BULK }], [Symbol.asyncDispose]: () => store.close() };
}
