import type { AuditEvent, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";

/** Everything of one tenant, as a store that does nothing but its duty would have it. */
export interface TenantState {
  /** Maps keep the order of insertion: that is the order of asking. */
  readonly requests: Map<string, RequestRecord>;
  readonly threads: Map<string, ThreadRecord>;
  readonly grants: Map<string, GrantRecord>;
  /** In the order of their commits. */
  readonly events: AuditEvent[];
}

export function emptyState(): TenantState {
  return { requests: new Map(), threads: new Map(), grants: new Map(), events: [] };
}

/** Records are never changed, only replaced: so the copies may share them. */
export function copyOf({ requests, threads, grants, events }: TenantState): TenantState {
  return { requests: new Map(requests), threads: new Map(threads), grants: new Map(grants), events: [...events] };
}
