import type { ApprovalRequest, JsonObject } from "@countersign/core";

/** 2026-11-28 12:00 UTC. */
export const NOW: number = Date.UTC(2026, 10, 28, 12);
export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;

/** A request as `gate.get` answers it, for what no gate would make. */
export function requestOf(args: JsonObject, over: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id: "2f8f8d94b7fe457f0be5551870befb5a",
    version: 1,
    status: "pending",
    threadId: "pay-1",
    turnId: "turn-1",
    callId: "call-1",
    agent: "payments",
    proposedBy: undefined,
    framework: "none",
    tenant: "default",
    namespace: undefined,
    tool: "send_payment",
    args,
    proposal: { args, digest: "d".repeat(64), by: undefined },
    approvedArgs: undefined,
    argsSchema: undefined,
    rule: "send_payment",
    tier: undefined,
    reason: "over $1,000",
    terms: {},
    requestedBy: { id: "dora" },
    decisions: [],
    execution: "none",
    receipt: undefined,
    begun: false,
    policyHash: "p".repeat(64),
    decidedAt: undefined,
    grantId: undefined,
    supersedes: undefined,
    revises: undefined,
    judgedAt: NOW - HOUR,
    askedAt: NOW - HOUR,
    expiresAt: undefined,
    ...over,
  };
}

/** Every text in a value. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
