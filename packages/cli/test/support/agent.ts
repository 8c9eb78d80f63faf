// The module of an application, as `worker` and `doctor` load it: one agent that pays, on the store that OFFICE names.
import { createGate, dangerouslyApproveAll, definePolicy } from "@countersign/core";
import { defineRunner } from "@countersign/core/adapter";
import { sqliteStore } from "@countersign/sqlite";

/** A rule that stands for no tool: LEFT_OVER names it. */
const leftOver = process.env["LEFT_OVER"];
export const policy = definePolicy({
  tools: { pay: { ask: true, review: { roles: ["finance"] } }, ...(leftOver !== undefined && { [leftOver]: "ask" as const }) },
});
const careless = process.env["CARELESS"] !== undefined;
const gate = createGate({
  policy,
  store: sqliteStore(process.env["OFFICE"] ?? ""),
  ...(careless && { reviewer: dangerouslyApproveAll() }),
});
const offered = { tools: [{ name: "pay", gate }] };
/** A tool that nobody gated: FORGOTTEN says when it can be seen. */
const forgotten = { tools: [{ name: "wire", gate: undefined }] };
const later = process.env["FORGOTTEN"] === "later" ? [forgotten] : [];
const call = { turnId: "turn", callId: "call", tool: "pay", args: { amount: 42 } };

export const tools = { pay: undefined, read: undefined };
export const payments = defineRunner<string, string>(gate, {
  name: "payments",
  framework: "test",
  forgetsWithProcess: careless,
  tools: {
    look: () => (process.env["FORGOTTEN"] === "at once" ? { offers: [forgotten] } : { offers: [offered], rest: async () => later }),
    remedy: "Gate it.",
  },
  async advance(thread) {
    const continuation = { format: 1, data: null };
    if (await thread.mustWait(call)) return { status: "suspended", calls: [call], continuation };
    const { status } = await thread.execute(call, () => "Paid.");
    return { status: "completed", output: status, text: status, continuation };
  },
});
