import type { AuditEvent, Change, RequestRecord, StorePort, ThreadRecord } from "@countersign/core/store";

export const TENANT = "default";
/** Long ago, so that times made from it lie in the past whatever the store's clock says. */
export const T0 = 1_700_000_000_000;

/** A pending request; its call is named after it. */
export function request(id: string, over: Partial<RequestRecord> = {}): RequestRecord {
  const args = { recipient: "Acme Corp", amount: 4_200 };
  return {
    id,
    version: 0,
    status: "pending",
    threadId: "pay-001",
    agent: "payments",
    framework: "test",
    tenant: TENANT,
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
    callId: `call-${id}`,
    parent: undefined,
    ticket: false,
    executeWithin: undefined,
    begun: false,
    attempt: 0,
    holder: undefined,
    leaseUntil: 0,
    seq: 1,
    head: "",
    ...over,
  };
}

export function thread(id: string, over: Partial<ThreadRecord> = {}): ThreadRecord {
  return {
    id,
    version: 0,
    state: "live",
    open: 0,
    fence: 1,
    holder: undefined,
    leaseUntil: 0,
    notBefore: 0,
    attempts: 0,
    lastError: undefined,
    tenant: TENANT,
    agent: "payments",
    framework: "test",
    requestedBy: undefined,
    context: undefined,
    continuation: undefined,
    outcome: undefined,
    seq: 0,
    head: "",
    ...over,
  };
}

export function event(subject: string, seq: number, type = "asked"): AuditEvent {
  return {
    subject,
    seq,
    prev: seq === 1 ? "" : `hash-${seq - 1}`,
    hash: `hash-${seq}`,
    type,
    at: T0 + seq,
    actor: undefined,
    data: { type },
  };
}

export function put(record: RequestRecord, expects = 0): Change {
  return { op: "put", kind: "request", record, expects };
}

export function putThread(record: ThreadRecord, expects = 0): Change {
  return { op: "put", kind: "thread", record, expects };
}

/** Commits what must go through. */
export async function commit(
  store: StorePort,
  changes: readonly Change[],
  events: readonly AuditEvent[] = [],
  tenant: string = TENANT,
): Promise<void> {
  const committed = await store.commit({ tenant, changes, events });
  if (!committed.ok) throw new Error(`refused: ${committed.reason}`);
}
