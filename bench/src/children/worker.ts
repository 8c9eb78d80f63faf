import { createGate, createWorker } from "@countersign/core";
import { defineRunner } from "@countersign/core/adapter";
import type { StorePort } from "@countersign/core/store";
import { openAt, type Address } from "../stores/address.ts";
import { policy } from "../stores/policy.ts";
import { orderOf } from "./child.ts";

/** A worker in a process of its own. It tells its parent which thread it has claimed, and when. */
const { address, agent } = orderOf<{ readonly address: Address; readonly agent: string }>();

/** Times in ns by the clock that all processes of a machine share. */
const claimed = new Map<string, bigint>();

function telling(store: StorePort): StorePort {
  return {
    ...store,
    async claimDue(kind, options) {
      const due = await store.claimDue(kind, options);
      const at = process.hrtime.bigint();
      if (kind === "thread") for (const { id } of due) claimed.set(id, at);
      return due;
    },
  };
}

await using store = telling(openAt(address));
const gate = createGate({ policy, store });
const runner = defineRunner<string, string>(gate, {
  name: agent,
  framework: "bench",
  async advance(thread) {
    process.send?.({ thread: thread.id, at: String(claimed.get(thread.id)) });
    return { status: "completed", output: "done", text: "done" };
  },
});
const worker = createWorker(gate, [runner]).start();
process.send?.("ready");
await new Promise((resolve) => process.once("disconnect", resolve));
await worker.stop();
