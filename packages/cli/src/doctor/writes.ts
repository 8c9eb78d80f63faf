import { randomUUID } from "node:crypto";
import type { AuditEvent, StorePort, ThreadRecord } from "@countersign/core/store";
import { explained } from "../failure.ts";
import { ok, problem, type Finding } from "./finding.ts";

/**
 * Can it be written? A thread and its event are written, and the store itself takes both back: the batch has two events for
 * one place in a chain. So nothing stays, whoever's store it is.
 */
export async function writes(store: StorePort, tenant: string): Promise<readonly Finding[]> {
  const record = threadOfDoctor(tenant);
  const event = eventOf(record);
  try {
    const { ok: kept } = await store.commit({
      tenant,
      changes: [{ op: "put", kind: "thread", record, expects: 0 }],
      events: [event, event],
    });
    if (!kept) return [ok("writes", "The store can be written: a write was tried and taken back.")];
    const message = `The store kept two events for one place in the chain of ${event.subject}. A store must refuse that.`;
    return [problem("writes", message, "Use another store. Its author can find the fault with countersign-conformance.")];
  } catch (error) {
    const advice =
      "Nothing can be asked, decided or run until the store can be written. Check the permissions and the disk; on PostgreSQL, the grants of the role.";
    return [problem("writes", `The store can't be written. ${explained(error).message}`, advice)];
  }
}

/** It has ended, so that no worker takes it in the moment that it is there. */
function threadOfDoctor(tenant: string): ThreadRecord {
  return {
    id: `countersign-doctor-${randomUUID()}`,
    version: 0,
    state: "closed",
    open: 0,
    fence: 0,
    holder: undefined,
    leaseUntil: 0,
    notBefore: 0,
    attempts: 0,
    lastError: undefined,
    tenant,
    agent: "",
    framework: "none",
    requestedBy: undefined,
    context: undefined,
    continuation: undefined,
    outcome: undefined,
    seq: 1,
    head: "",
  };
}

function eventOf({ id }: ThreadRecord): AuditEvent {
  return { subject: `thread/${id}`, seq: 1, prev: "", hash: "", type: "noted", at: Date.now(), actor: undefined, data: {} };
}
