import type { AuditEvent, DocumentRecord, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";

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
  /** By collection and id. */
  readonly documents: Map<string, DocumentRecord>;
}

export function emptyState(): TenantState {
  const records = { requests: new Map(), threads: new Map(), grants: new Map(), documents: new Map() };
  return { ...records, events: new Map(), position: 0, dropped: new Map() };
}

/** Records are never changed, only replaced: so the copies may share them. */
export function copyOf(state: TenantState): TenantState {
  const { requests, threads, grants, documents, events, position, dropped } = state;
  const records = { requests: new Map(requests), threads: new Map(threads), grants: new Map(grants), documents: new Map(documents) };
  return { ...records, events: new Map(events), position, dropped: new Map(dropped) };
}
