import type { DueKind, DueOptions, StorePort } from "@countersign/core/store";
import { idsOf, TENANT } from "../records.ts";

export const OPTIONS: DueOptions = { tenant: TENANT, holder: "worker/1", leaseMs: 60_000, limit: 100 };

export async function due(store: StorePort, kind: DueKind, options: Partial<DueOptions> = {}): Promise<readonly string[]> {
  return idsOf(await store.claimDue(kind, { ...OPTIONS, ...options }));
}

export async function dueSorted(store: StorePort, kind: DueKind, options: Partial<DueOptions> = {}): Promise<readonly string[]> {
  return [...(await due(store, kind, options))].sort();
}

export const APPROVED = { state: "approved" } as const;
export const EXECUTING = {
  state: "executing",
  begun: true,
  attempt: 1,
  holder: "nonce",
} as const;
