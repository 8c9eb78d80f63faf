import type { AuditEvent, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";

/** Everything of one tenant, as a store that does nothing but its duty would have it. */
export interface TenantState {
  /** Maps keep the order of insertion: that is the order of asking. */
  readonly requests: Map<string, RequestRecord>;
  readonly threads: Map<string, ThreadRecord>;
  readonly grants: Map<string, GrantRecord>;
  /** By position, in the order of their commits. */
  readonly events: Map<number, AuditEvent>;
  /** The last that was given out. */
  position: number;
  /** How far each chain was dropped. */
  readonly dropped: Map<string, number>;
}

export function emptyState(): TenantState {
  return { requests: new Map(), threads: new Map(), grants: new Map(), events: new Map(), position: 0, dropped: new Map() };
}

/** Records are never changed, only replaced: so the copies may share them. */
export function copyOf(state: TenantState): TenantState {
  const { requests, threads, grants, events, position, dropped } = state;
  const records = { requests: new Map(requests), threads: new Map(threads), grants: new Map(grants) };
  return { ...records, events: new Map(events), position, dropped: new Map(dropped) };
}
