import type { AuditEvent, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";

/** Everything of one tenant. Maps keep the order of insertion: that is the order of asking, and of commits. */
export interface Tenant {
  readonly requests: Map<string, RequestRecord>;
  /** The ids of each thread's requests, in the order of asking. */
  readonly asked: Map<string, string[]>;
  readonly threads: Map<string, ThreadRecord>;
  readonly grants: Map<string, GrantRecord>;
  /** By position. */
  readonly events: Map<number, AuditEvent>;
  /** The last that was given out: never again, whatever is dropped. */
  position: number;
  /** Of each chain that has events, their positions by their numbers. */
  readonly chains: Map<string, Map<number, number>>;
}

export function emptyTenant(): Tenant {
  return {
    requests: new Map(),
    asked: new Map(),
    threads: new Map(),
    grants: new Map(),
    events: new Map(),
    position: 0,
    chains: new Map(),
  };
}

export function requestsOfThread({ requests, asked }: Tenant, threadId: string): readonly RequestRecord[] {
  return (asked.get(threadId) ?? []).flatMap((id) => requests.get(id) ?? []);
}

export function requestsOfTurn(tenant: Tenant, threadId: string, turnId: string): readonly RequestRecord[] {
  return requestsOfThread(tenant, threadId).filter((record) => record.turnId === turnId);
}
