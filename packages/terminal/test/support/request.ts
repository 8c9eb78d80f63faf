import { createGate, definePolicy, digestOf, type ApprovalRequest, type JsonObject } from "@countersign/core";
import { memoryStore } from "@countersign/memory";

const gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store: memoryStore(), warn: () => {} });
const asked = await gate.ask({ threadId: "thread", key: "call", tool: "pay", args: {} });
if (asked.status !== "pending") throw new Error("Nobody was asked.");
const { request } = asked;

/** A request for `pay` that waits. */
export function requestFor(args: JsonObject, argsSchema?: JsonObject): ApprovalRequest {
  return { ...request, args, argsSchema, proposal: { ...request.proposal, args, digest: digestOf({ tool: "pay", args }) } };
}
