import type { DueItem, DueKind, DueOptions, StorePort } from "@countersign/core/store";
import { holds, same } from "../check.ts";
import { idsOf, TENANT } from "../records.ts";

export const OPTIONS: DueOptions = { tenant: TENANT, holder: "worker/1", leaseMs: 60_000, limit: 100 };

export async function due(store: StorePort, kind: DueKind, options: Partial<DueOptions> = {}): Promise<readonly string[]> {
  return idsOf(await store.claimDue(kind, { ...OPTIONS, ...options }));
}

/** What a claim names, and that it tells of each thread what a read tells then. */
export async function claimed(store: StorePort, options: Partial<DueOptions> = {}): Promise<readonly Omit<DueItem, "read">[]> {
  const items = await store.claimDue("thread", { ...OPTIONS, ...options });
  for (const { id, read } of items) {
    if (!read) continue;
    const { now, ...expected } = await store.readThread(TENANT, id);
    const { now: then, ...told } = read;
    same(told, expected, `what the claim tells of ${id}`);
    holds(Math.abs(now - then) < OPTIONS.leaseMs, `the claim says that it is ${then}, and a read ${now}`);
  }
  return items.map(({ id, fence }) => ({ id, fence }));
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
