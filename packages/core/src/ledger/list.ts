import type { ApprovalRequest, Page, RequestQuery, Unreadable } from "../contract/request.ts";
import { comparing, cursorOf, pageLimit } from "../store/cursor.ts";
import type { RequestRecord } from "../store/records.ts";
import type { Ledger } from "./ledger.ts";
import { toRequest } from "./to-request.ts";

/**
 * Requests as they stand now. An execution whose process died is `unknown` as soon as its lease is over: a worker or the next
 * resume records that, and nobody has to wait for them to see it.
 */
export async function list(ledger: Ledger, query: RequestQuery): Promise<Page<ApprovalRequest>> {
  if (query.execution === "unknown") return unknown(ledger, query);
  const { items, ...page } = await ledger.list(query);
  const shown = await asOfNow(ledger, items);
  return { items: query.execution === "executing" ? shown.filter(({ execution }) => execution === "executing") : shown, ...page };
}

/** One request as it stands now. */
export async function current(ledger: Ledger, id: string): Promise<ApprovalRequest | undefined> {
  const record = await ledger.request(id);
  return record && (await asOfNow(ledger, [record]))[0];
}

/** How many there are of these as they stand now. Up to `cap`. */
export async function count(ledger: Ledger, query: RequestQuery, cap: number): Promise<number> {
  const { execution } = query;
  if (execution !== "executing" && execution !== "unknown") return ledger.count(query, cap);
  const { items } = await lapsed(ledger, query, execution === "unknown" ? cap : Infinity);
  if (execution === "unknown") return Math.min((await ledger.count(query, cap)) + items.length, cap);
  // Those that only seem to execute are counted first, and then left out.
  return Math.min((await ledger.count(query, cap + items.length)) - items.length, cap);
}

/**
 * Those that are recorded as unknown, and those that nobody has recorded yet, in one order. Whatever executes is read first: what
 * is recorded meanwhile is then found twice, and never missed.
 */
async function unknown(ledger: Ledger, query: RequestQuery): Promise<Page<ApprovalRequest>> {
  const limit = pageLimit(query);
  const behind = await lapsed(ledger, query, limit + 1);
  const recorded = await ledger.list(query);
  const ids = new Set(recorded.items.map(({ id }) => id));
  const all = [...recorded.items.map(toRequest), ...behind.items.filter(({ id }) => !ids.has(id))].sort(comparing(query.order));
  const items = all.slice(0, limit);
  const last = items.at(-1);
  const isMore = all.length > limit || recorded.next !== undefined;
  const unreadable = [...(recorded.unreadable ?? []), ...behind.unreadable];
  return { items, ...(unreadable.length > 0 && { unreadable }), next: last && isMore ? cursorOf(last, query.order) : undefined };
}

/** The first of those that execute with a lease that is over. Few execute at a time, so they are looked through. */
async function lapsed(
  ledger: Ledger,
  query: RequestQuery,
  most: number,
): Promise<{ readonly items: readonly ApprovalRequest[]; readonly unreadable: readonly Unreadable[] }> {
  const items: ApprovalRequest[] = [];
  const unreadable: Unreadable[] = [];
  for (let after = query.after, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page: Page<RequestRecord> = await ledger.list(definedOf({ ...query, execution: "executing", limit: 1_000, after }));
    items.push(...(await asOfNow(ledger, page.items)).filter(({ execution }) => execution === "unknown"));
    unreadable.push(...(page.unreadable ?? []));
    if (items.length >= most) break;
    after = page.next;
  }
  return { items: items.slice(0, most), unreadable };
}

/** Stores compare what is there. */
function definedOf({ after, ...query }: Omit<RequestQuery, "after"> & { readonly after: string | undefined }): RequestQuery {
  return after === undefined ? query : { ...query, after };
}

async function asOfNow(ledger: Ledger, records: readonly RequestRecord[]): Promise<readonly ApprovalRequest[]> {
  if (!records.some(isClaimed)) return records.map(toRequest);
  const now = await ledger.now();
  return records.map((record) =>
    toRequest(isClaimed(record) && record.leaseUntil <= now ? { ...record, state: "unknown", endedAt: record.leaseUntil } : record),
  );
}

/** An idempotent call is never unknown: it is simply run again. */
function isClaimed({ state, idempotent }: RequestRecord): boolean {
  return state === "executing" && !idempotent;
}
