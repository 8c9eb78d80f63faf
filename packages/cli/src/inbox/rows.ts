import type { ApprovalRequest } from "@countersign/core";

/** One row of the inbox. */
export interface Row {
  readonly request: ApprovalRequest;
  /** It stays where the cursor is, and nobody can act on it: decided elsewhere, expired, or no longer among those looked for. */
  readonly isGone: boolean;
  /** What became of one that is gone. Undefined: not known yet. */
  readonly fate: ApprovalRequest | undefined;
}

/** Rows, with the one that a key would act on. */
export interface Marked {
  readonly rows: readonly Row[];
  /** Index; 0 where there are no rows. */
  readonly cursor: number;
}

/**
 * What was read takes the place of what was there. The row under the cursor stays under the cursor: wherever it is now or,
 * if it is gone, behind what stood before it.
 */
export function withRead({ rows, cursor }: Marked, read: readonly ApprovalRequest[]): Marked {
  const fresh = read.map((request): Row => ({ request, isGone: false, fate: undefined }));
  const here = rows[cursor];
  if (!here) return { rows: fresh, cursor: 0 };
  const places = new Map(read.map(({ id }, index) => [id, index]));
  const place = places.get(here.request.id);
  if (place !== undefined) return { rows: fresh, cursor: place };
  const before = rows.slice(0, cursor).findLast(({ request }) => places.has(request.id));
  const behind = before ? (places.get(before.request.id) ?? 0) + 1 : 0;
  return { rows: fresh.toSpliced(behind, 0, { ...here, isGone: true }), cursor: behind };
}

/** The cursor goes on by so many rows. What was gone stays behind, and is removed. */
export function moved({ rows, cursor }: Marked, by: number): Marked {
  const target = clamp(cursor + by, rows.length);
  const left = rows[cursor];
  if (target === cursor || !left?.isGone) return { rows, cursor: target };
  return { rows: rows.toSpliced(cursor, 1), cursor: target > cursor ? target - 1 : target };
}

/** What became of one that is gone. */
export function withFate({ rows, cursor }: Marked, fate: ApprovalRequest): Marked {
  return { rows: rows.map((row) => (row.isGone && row.request.id === fate.id ? { ...row, fate } : row)), cursor };
}

export function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(index, length - 1));
}
