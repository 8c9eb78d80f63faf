import type { Change, Committed } from "@countersign/core/store";
import type { Tenant } from "./tenant.ts";

type Refusal = Extract<Committed, { ok: false }>;
type Put = Extract<Change, { op: "put" }>;
type Add = Extract<Change, { op: "add" }>;

/** Why this batch can't be written: the first change that doesn't fit what is there. Requires are judged first, then puts, then additions. */
export function refusalOf(tenant: Tenant, changes: readonly Change[]): Refusal | undefined {
  const puts = changes.filter((change) => change.op === "put");
  const adds = changes.filter((change) => change.op === "add");
  const fenced = changes.find((change) => change.op === "require" && tenant.threads.get(change.threadId)?.fence !== change.fence);
  if (fenced) return { ok: false, reason: "FENCED", change: fenced };
  const conflict = puts.find((change, index) => versionOf(tenant, change) !== change.expects || isRepeated(puts, index));
  if (conflict) return { ok: false, reason: "CONFLICT", change: conflict };
  const uncovered = firstUncovered(tenant, puts, adds);
  return uncovered && { ok: false, reason: "FLOOR", change: uncovered };
}

function versionOf({ requests, threads, grants }: Tenant, { kind, record }: Put): number {
  return { request: requests, thread: threads, grant: grants }[kind].get(record.id)?.version ?? 0;
}

/** The second put of one record in a batch can't be what its author meant, whatever version it expects. */
function isRepeated(puts: readonly Put[], index: number): boolean {
  return puts.slice(0, index).some(({ kind, record }) => kind === puts[index]?.kind && record.id === puts[index]?.record.id);
}

/** Several additions to one counter count together, in order. */
function firstUncovered(tenant: Tenant, puts: readonly Put[], adds: readonly Add[]): Add | undefined {
  const counts = new Map<string, number>();
  return adds.find(({ kind, id, by, floor = -Infinity }) => {
    const key = `${kind}/${id}`;
    const count = counts.get(key) ?? countOf(tenant, puts, kind, id);
    counts.set(key, (count ?? 0) + by);
    return count === undefined || count + by < floor;
  });
}

/** Puts are written before additions, so a record of this same batch can be added to. */
function countOf({ threads, grants }: Tenant, puts: readonly Put[], kind: Add["kind"], id: string): number | undefined {
  const inserted = puts.some((put) => put.kind === kind && put.record.id === id) ? 0 : undefined;
  return (kind === "thread" ? threads.get(id)?.open : grants.get(id)?.uses) ?? inserted;
}
