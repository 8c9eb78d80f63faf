import type { AdapterHarness } from "@countersign/conformance";

/** Of every shape of agent, unless it says otherwise. */
export const CAPABILITIES: AdapterHarness["capabilities"] = {
  durable: true,
  edit: true,
  partial: true,
  parallel: true,
  supersede: true,
  streaming: true,
  subagents: true,
  rejectReason: true,
  wrapping: true,
  native: true,
  toolTimeout: true,
  perRun: true,
  gatedTwice: true,
  structuredOutput: true,
  usage: true,
  conversation: true,
};
