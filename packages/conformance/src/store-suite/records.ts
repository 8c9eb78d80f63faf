import { AssertionError } from "node:assert/strict";
import type { AuditEvent, Change, GrantRecord, RequestRecord, StorePort, ThreadRecord } from "@countersign/core/store";

/** The tenant of all records that say nothing else. */
export const TENANT = "default";
/** Unix ms. Long ago, so that times made from it lie in the past whatever the store's clock says. */
export const T0 = 1_700_000_000_000;
/** Unix ms. So far ahead that no store's clock gets there. */
export const FAR = 9_000_000_000_000;

/** A pending request of thread `pay-001` and turn `msg_1`, asked at {@link T0}. Its call is named after it. */
export function request(id: string, over: Partial<RequestRecord> = {}): RequestRecord {
  const args = { recipient: "Acme Corp", amount: 4_200 };
  return {
    id,
    version: 0,
    threadId: "pay-001",
    agent: "payments",
    proposedBy: "clerk",
    framework: "test",
    tenant: TENANT,
    namespace: undefined,
    tool: "send_payment",
    args,
    proposal: { digest: "digest-1", by: undefined },
    rule: "send_payment",
    reason: "",
    terms: {},
    requestedBy: undefined,
    decisions: [],
    policyHash: "",
    decidedAt: undefined,
    grantId: undefined,
    supersedes: undefined,
    revises: undefined,
    judgedAt: T0 - 1,
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
    redact: ["args.recipient"],
    executeWithin: undefined,
    noticeAt: undefined,
    begun: false,
    attempt: 0,
    holder: undefined,
    leaseUntil: 0,
    seq: 1,
    head: "",
    ...over,
  };
}

/** A live thread that nobody holds, with fence 1. */
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

export function grant(id: string, over: Partial<GrantRecord["grant"]> = {}): GrantRecord {
  return {
    id,
    version: 0,
    tenant: TENANT,
    uses: 0,
    grant: {
      id,
      scope: "tool",
      decision: "approve",
      namespace: undefined,
      tool: "send_payment",
      agent: "payments",
      within: "thread",
      threadId: "pay-001",
      requestedBy: undefined,
      digest: undefined,
      requestId: "r0",
      message: undefined,
      terms: {},
      by: { id: "alice" },
      uses: 3,
      expiresAt: undefined,
      revokedAt: undefined,
      ...over,
    },
    revokedAt: undefined,
    expiresAt: undefined,
    seq: 0,
    head: "",
  };
}

/** An event with a place in a chain. The hashes only look like some: nothing here verifies. */
export function event(subject: string, seq: number, type = "asked"): AuditEvent {
  const hash = `${subject}-${seq}-${type}`;
  return { subject, seq, prev: seq === 1 ? "" : `${subject}-${seq - 1}`, hash, type, at: T0 + seq, actor: undefined, data: { type } };
}

/** A put of a request. `expects`: the version that must be there now; 0: insert. */
export function put(record: RequestRecord, expects = 0): Change {
  return { op: "put", kind: "request", record, expects };
}

/** A put of a thread. `expects`: the version that must be there now; 0: insert. */
export function putThread(record: ThreadRecord, expects = 0): Change {
  return { op: "put", kind: "thread", record, expects };
}

export function putGrant(record: GrantRecord, expects = 0): Change {
  return { op: "put", kind: "grant", record, expects };
}

export function addOpen(id: string, by: number, floor?: number): Change {
  return { op: "add", kind: "thread", id, field: "open", by, floor };
}

export function addUses(id: string, by: number, floor?: number): Change {
  return { op: "add", kind: "grant", id, field: "uses", by, floor };
}

export function requireFence(threadId: string, fence: number): Change {
  return { op: "require", threadId, fence };
}

export function drop(subject: string, through: number): Change {
  return { op: "drop", subject, through };
}

/** Commits what must go through; records are put for this tenant. @throws AssertionError if the store refuses */
export async function commit(
  store: StorePort,
  changes: readonly Change[],
  events: readonly AuditEvent[] = [],
  tenant: string = TENANT,
): Promise<void> {
  const committed = await store.commit({ tenant, changes: changes.map((change) => inTenant(change, tenant)), events });
  if (!committed.ok) throw new AssertionError({ message: `a commit that must go through was refused: ${committed.reason}` });
}

/** The grants for the call that {@link grant} is for. */
export function grantsOf(
  store: StorePort,
  over: Partial<GrantRecord["grant"]> = {},
  tenant: string = TENANT,
): Promise<readonly GrantRecord[]> {
  return store.grantsFor(tenant, { namespace: undefined, tool: "send_payment", agent: "payments", ...over });
}

export function idsOf(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id);
}

/** `subject/seq` of each. */
export function placesOf(events: readonly AuditEvent[]): readonly string[] {
  return events.map(({ subject, seq }) => `${subject}/${seq}`);
}

function inTenant(change: Change, tenant: string): Change {
  return change.op === "put" ? ({ ...change, record: { ...change.record, tenant } } as Change) : change;
}
