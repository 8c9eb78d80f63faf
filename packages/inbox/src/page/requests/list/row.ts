import type { LiveEvent, Summary } from "@countersign/server/client";
import { isInView, type Filters } from "./filters.ts";

/** One row, as it is looked at: it stays where it is until the list is read anew. */
export interface Row extends Summary {
  /** It no longer belongs here: somebody decided it, or it waits for others by now. */
  readonly isGone: boolean;
  /** It came with the last reading. */
  readonly isNew: boolean;
}

/** Nobody can decide it any more, and nothing has come by yet that says so in the store. By the server's clock, not by this one. */
export const isOverdue = ({ left }: Summary): boolean => left === "overdue";

export const rowOf = (summary: Summary, isNew = false): Row => ({ ...summary, isGone: isOverdue(summary), isNew });

/** What an event alone says of a row. Undefined: nothing that it doesn't know. The rest has to be read. */
export function changedRow(row: Row, request: NonNullable<LiveEvent["request"]>, filters: Filters): Row | undefined {
  const { version, status, execution } = request;
  if (version <= row.version || (status === row.status && execution === row.execution)) return undefined;
  const isGone = row.isGone || !isInView(filters, request);
  return { ...row, status, execution, statusText: status, isGone, ...(status !== "pending" && { left: undefined, deadline: undefined }) };
}

/** That the same call is there twice is seen on a page of rows only, not where one is read alone. */
const REPEATED = new Set(["ran before", "may have run before", "approved before", "asked twice"]);

/** A row that was read alone, in the place of what was shown. */
export function replacedRow(row: Row, read: Summary, isGone: boolean): Row {
  const kept = read.status === "pending" && read.digest === row.digest ? row.marks.filter((mark) => REPEATED.has(mark)) : [];
  const marks = [...kept.filter((mark) => !read.marks.includes(mark)), ...read.marks];
  return { ...read, marks, isGone: isGone || isOverdue(read), isNew: row.isNew };
}

/** May it still be chosen for a decision? */
export function isWaiting({ status, isGone }: Row): boolean {
  return status === "pending" && !isGone;
}
