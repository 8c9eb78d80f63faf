import { createGate, createWorker } from "@countersign/core";
import { defineRunner } from "@countersign/core/adapter";
import { held } from "../held.ts";
import { openAt, type Address } from "../stores/address.ts";
import { policy } from "../stores/policy.ts";
import { orderOf } from "./child.ts";

/** Opens a store, makes a gate and a worker, does what is due, and says how much memory that takes. */
const { address } = orderOf<{ readonly address: Address }>();
await using store = openAt(address);
const gate = createGate({ policy, store });
const runner = defineRunner<string, string>(gate, {
  name: "bench-idle",
  framework: "bench",
  advance: async () => ({ status: "completed", output: "", text: "" }),
});
await using worker = createWorker(gate, [runner]).start();
await worker.drain();
await gate.list({ status: "pending" });
process.stdout.write(JSON.stringify(held()));
