import type { Change, Committed } from "@countersign/core/store";
import type { Add, Put } from "./batch.ts";
import { toText } from "./text.ts";

type Refusal = Extract<Committed, { ok: false }>;

/** What the server found of one record that a refused batch names. Records that it didn't find are left out. */
export interface Fact {
  readonly kind: "thread" | "request" | "grant";
  readonly id: string;
  readonly version: number;
  readonly fence?: number;
  readonly count?: number;
}

/**
 * Names the change that doesn't fit: requires are judged first, then puts, then additions. Undefined if all fits by now:
 * what wasn't there when the batch was judged couldn't be locked, and may have been inserted before the server looked.
 */
export function refusalOf(changes: readonly Change[], facts: readonly Fact[]): Refusal | undefined {
  const puts = changes.filter((change) => change.op === "put");
  const adds = changes.filter((change) => change.op === "add");
  const found = (kind: Fact["kind"], id: string): Fact | undefined => facts.find((fact) => fact.kind === kind && fact.id === toText(id));
  const fenced = changes.find((change) => change.op === "require" && found("thread", change.threadId)?.fence !== change.fence);
  if (fenced) return { ok: false, reason: "FENCED", change: fenced };
  const conflict = puts.find(
    (put, index) => (found(put.kind, put.record.id)?.version ?? 0) !== put.expects || puts.findIndex((other) => isSame(other, put)) < index,
  );
  if (conflict) return { ok: false, reason: "CONFLICT", change: conflict };
  const uncovered = firstUncovered(puts, adds, found);
  return uncovered && { ok: false, reason: "FLOOR", change: uncovered };
}

function isSame(a: Put, b: Put): boolean {
  return a.kind === b.kind && a.record.id === b.record.id;
}

function firstUncovered(
  puts: readonly Put[],
  adds: readonly Add[],
  found: (kind: Fact["kind"], id: string) => Fact | undefined,
): Add | undefined {
  const counts = new Map<string, number>();
  return adds.find(({ kind, id, by, floor = -Infinity }) => {
    const key = `${kind}/${id}`;
    const inserted = puts.some((put) => put.kind === kind && put.record.id === id) ? 0 : undefined;
    const count = counts.get(key) ?? found(kind, id)?.count ?? inserted;
    counts.set(key, (count ?? 0) + by);
    return count === undefined || count + by < floor;
  });
}
