import type { AuditEvent, RequestRecord, StorePort, ThreadRecord } from "@countersign/core/store";
import { sha256 } from "../model/digest.ts";

const TENANT = "default";
const THREADS = 50;

/** Copies of an executed request, each with a chain of one event, on threads without a framework. */
export async function seed(store: StorePort, template: RequestRecord, count: number): Promise<void> {
  const owner = await store.getThread(TENANT, template.threadId);
  if (!owner) throw new Error("no thread");
  for (let n = 0; n < THREADS; n++) await insertThread(store, owner, `seeded-${n}`);
  for (let from = 0; from < count; from += 500) {
    const made = Array.from({ length: Math.min(500, count - from) }, (_, n) => copyOf(template, from + n));
    const changes = made.map(({ record }) => ({ op: "put", kind: "request", record, expects: 0 }) as const);
    const { ok } = await store.commit({ tenant: TENANT, changes, events: made.map(({ event }) => event) });
    if (!ok) throw new Error("refused");
  }
}

async function insertThread(store: StorePort, owner: ThreadRecord, id: string): Promise<void> {
  const event = first(`thread/${id}`, { state: owner.state, framework: owner.framework, notBefore: owner.notBefore });
  const record = { ...owner, id, open: 0, requestedBy: undefined, seq: 1, head: event.hash };
  const { ok } = await store.commit({ tenant: TENANT, changes: [{ op: "put", kind: "thread", record, expects: 0 }], events: [event] });
  if (!ok) throw new Error("refused");
}

function copyOf(template: RequestRecord, n: number): { readonly record: RequestRecord; readonly event: AuditEvent } {
  const threadId = `seeded-${n % THREADS}`;
  const callId = `${template.callId}-${n}`;
  const id = sha256([TENANT, threadId, template.turnId, callId, template.proposal.digest]).slice(0, 32);
  const made = { ...template, id, threadId, callId, askedAt: template.askedAt + n };
  const event = first(id, { state: made.state });
  return { event, record: { ...made, seq: 1, head: event.hash } };
}

function first(subject: string, data: AuditEvent["data"]): AuditEvent {
  const unhashed = { subject, seq: 1, prev: "", type: "done", at: 1, actor: undefined, data };
  return { ...unhashed, hash: sha256({ ...unhashed, actor: null }) };
}
