// One agent in a process of its own, `worker.ts <framework>`: it takes sentences from its parent, and a worker goes on with what
// people have decided. It ends with its parent.
import { registerHooks } from "node:module";
import { createWorker, type AgentRunner, type Gate } from "@countersign/core";
import type { Arrival } from "./arrivals.ts";

/** Of a run that nobody had to be asked about: what the model said at its end. */
export interface Answered {
  readonly threadId: string;
  readonly text: string;
}

// The agent is the one of the other examples. Only here `../approvals.ts` is the one of this folder.
const rules = new URL("approvals.ts", import.meta.url).href;
registerHooks({ resolve: (name, context, next) => next(name === "../approvals.ts" ? rules : name, context) });
const { payments } = (await import(`../${process.argv[2]}/agent.ts`)) as { readonly payments: AgentRunner<string> };
const { gate } = (await import(rules)) as { readonly gate: Gate };

const worker = createWorker(gate, [payments]).start();
process.on("message", ({ threadId, sentence, by }: Arrival) => {
  payments.start(threadId, sentence, { requestedBy: by }).then(
    (outcome) => {
      if (outcome.status === "completed") process.send?.({ threadId, text: outcome.text } satisfies Answered);
    },
    (error: unknown) => console.error(`${threadId}: ${String(error)}`),
  );
});
// Ctrl-C reaches all processes of a terminal. Their parent ends first, and this one when it has finished what is under way.
process.on("SIGINT", () => {}).on("SIGTERM", () => {});
process.once("disconnect", () => void worker.stop().then(() => gate.store.close()));
process.send?.("ready");
