import type { ApprovalRequest, Page, RequestQuery } from "../contract/request.ts";
import { pageLimit } from "../store/query.ts";
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

/** How a cursor says that the recorded ones have been listed: the rest of it is a cursor among those that execute. */
const EXECUTING = "executing:";

/** Those that are recorded as unknown, in their order; behind them those that nobody has recorded yet. */
async function unknown(ledger: Ledger, query: RequestQuery): Promise<Page<ApprovalRequest>> {
  const limit = pageLimit(query);
  const isBehind = query.after?.startsWith(EXECUTING) ?? false;
  const recorded: Page<RequestRecord> = isBehind ? { items: [], next: undefined } : await ledger.list(query);
  const items = recorded.items.map(toRequest);
  if (recorded.next !== undefined) return { ...recorded, items };
  const unreadable = [...(recorded.unreadable ?? [])];
  let after: string | undefined = isBehind ? query.after?.slice(EXECUTING.length) : "";
  while (after !== undefined && items.length < limit) {
    const rest = { ...query, execution: "executing", limit: limit - items.length, after: after === "" ? undefined : after } as const;
    const page = await ledger.list(definedOf(rest));
    items.push(...(await asOfNow(ledger, page.items)).filter(({ execution }) => execution === "unknown"));
    unreadable.push(...(page.unreadable ?? []));
    after = page.next;
  }
  return { items, ...(unreadable.length > 0 && { unreadable }), next: after === undefined ? undefined : `${EXECUTING}${after}` };
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
