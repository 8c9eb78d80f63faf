import type { AuditEvent, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";

/** Everything of one tenant. Maps keep the order of insertion: that is the order in which requests were asked. */
export interface Tenant {
  readonly requests: Map<string, RequestRecord>;
  readonly threads: Map<string, ThreadRecord>;
  readonly grants: Map<string, GrantRecord>;
  /** In the order of their commits. */
  readonly events: AuditEvent[];
  /** The keys of all events: one per place in a chain. */
  readonly places: Set<string>;
}

export function emptyTenant(): Tenant {
  return { requests: new Map(), threads: new Map(), grants: new Map(), events: [], places: new Set() };
}
