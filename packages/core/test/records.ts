import type { RequestRecord } from "../src/store.ts";

/** Long ago, so that times made from it lie in the past whatever the store's clock says. */
export const T0 = 1_700_000_000_000;

/** A pending request; its id, thread and turn come from `name`. */
export function request(name: string, over: Partial<RequestRecord> = {}): RequestRecord {
  const args = { recipient: "Acme Corp", amount: 4_200 };
  return {
    id: name,
    version: 0,
    status: "pending",
    threadId: "pay-001",
    agent: "payments",
    framework: "test",
    tenant: "default",
    namespace: undefined,
    tool: "send_payment",
    args,
    proposal: { args, digest: "digest-1", by: undefined },
    approvedArgs: undefined,
    argsSchema: undefined,
    rule: "send_payment",
    reason: "",
    terms: {},
    requestedBy: undefined,
    decisions: [],
    execution: "none",
    receipt: undefined,
    policyHash: "",
    decidedAt: undefined,
    grantId: undefined,
    supersedes: undefined,
    revises: undefined,
    links: [],
    askedAt: T0,
    expiresAt: undefined,
    state: "pending",
    idempotent: false,
    result: undefined,
    error: undefined,
    turnId: "msg_1",
    callId: `call-${name}`,
    parent: undefined,
    ticket: false,
    executeWithin: undefined,
    attempt: 0,
    holder: undefined,
    leaseUntil: 0,
    seq: 1,
    head: "",
    ...over,
  };
}
