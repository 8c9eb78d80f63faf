import { DEFAULTS } from "../contract/defaults.ts";
import type { RequestQuery } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";

const MAX_LIMIT = 1_000;

type Order = RequestQuery["order"];

/** How many records a page holds: 1 to 1,000, default 50. @throws INVALID_ARGS */
export function pageLimit({ limit = DEFAULTS.pageSize }: { readonly limit?: number | undefined }): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalid("limit", `not a whole number from 1 to ${MAX_LIMIT}`);
}

/** Where a page ended. Times are Unix ms. */
export interface PageEnd {
  readonly askedAt: number;
  readonly id: string;
  /** Looked at in the order of deadlines alone. Undefined: there is none, and it comes after all that have one. */
  readonly expiresAt?: number | undefined;
}

/** Which of two comes first in a list of this order: below 0 for the first one. For stores without an index. */
export function comparing(order: Order): (a: PageEnd, b: PageEnd) => number {
  const way = order === "newest" ? -1 : 1;
  return (a, b) => (order === "deadline" ? byDeadline(a, b) : 0) || (a.askedAt - b.askedAt || byText(a.id, b.id)) * way;
}

function byDeadline(a: PageEnd, b: PageEnd): number {
  const [one, other] = [deadlineOf(a), deadlineOf(b)];
  return one === other ? 0 : one - other;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Unix ms. Infinity: none. */
export function deadlineOf({ expiresAt = Infinity }: Pick<PageEnd, "expiresAt">): number {
  return expiresAt;
}

const DEADLINE = "deadline";

/** `next` of a page that ends with this record, in this order. */
export function cursorOf({ askedAt, id, expiresAt }: PageEnd, order?: Order): string {
  return order === "deadline" ? `${DEADLINE}_${expiresAt ?? ""}_${askedAt}_${id}` : `${askedAt}_${id}`;
}

/**
 * What `after` says, or undefined for the first page.
 * @throws INVALID_ARGS for anything that {@link cursorOf} didn't write, and for a cursor of deadlines in another order
 */
export function pageStart({ after, order }: RequestQuery): PageEnd | undefined {
  if (after === undefined) return undefined;
  const end = order === "deadline" ? deadlineEnd(String(after)) : askedEnd(String(after));
  if (end) return end;
  throw invalid("after", "not a cursor of this order: give `next` of the page before, unchanged");
}

function deadlineEnd(cursor: string): PageEnd | undefined {
  const [expires, rest] = /^deadline_([^_]*)_(.+)$/s.exec(cursor)?.slice(1) ?? [];
  const end = rest === undefined ? undefined : askedEnd(rest);
  if (!end || expires === "") return end;
  const expiresAt = timeIn(expires);
  return expiresAt === undefined ? undefined : { ...end, expiresAt };
}

function askedEnd(cursor: string): PageEnd | undefined {
  const [asked, id] = /^([^_]+)_(.+)$/s.exec(cursor)?.slice(1) ?? [];
  const askedAt = timeIn(asked);
  return askedAt === undefined || id === undefined ? undefined : { askedAt, id };
}

/** As {@link cursorOf} writes it, and no other way. */
function timeIn(text = ""): number | undefined {
  const time = Number(text);
  return Number.isFinite(time) && String(time) === text ? time : undefined;
}

function invalid(key: keyof RequestQuery, message: string): CountersignError<"INVALID_ARGS"> {
  return new CountersignError("INVALID_ARGS", { issues: [{ message, path: [key] }] });
}
