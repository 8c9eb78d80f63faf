import type { AuditEvent, RequestQuery, RequestRecord, StorePort, ThreadHead, ThreadQuery } from "@countersign/core/store";
import { holds, same } from "./check.ts";
import type { StoreWith } from "./optional.ts";
import { idsOf, TENANT } from "./records.ts";

/** Reads all pages of a list. No cursor may come twice. */
export async function everyPage(
  store: StorePort,
  query: RequestQuery,
  between: (page: number) => Promise<void> = async () => {},
): Promise<readonly RequestRecord[]> {
  const found: RequestRecord[] = [];
  const cursors = new Set<string>();
  let after: string | undefined;
  for (let page = 0; page === 0 || after !== undefined; page++) {
    const { items, next } = await store.listRequests(TENANT, { ...query, ...(after === undefined ? {} : { after }) });
    found.push(...items);
    holds(next === undefined || !cursors.has(next), "a page leads back to itself");
    if (next !== undefined) {
      cursors.add(next);
      same(items.length, query.limit ?? 50, "the length of a page that isn't the last");
    }
    after = next;
    await between(page);
  }
  return found;
}

/** Reads all pages of a list of threads. `between` is told whom the page gave. */
export async function everyThread(
  store: StoreWith<"listThreads">,
  query: ThreadQuery,
  between: (page: readonly string[]) => Promise<void> = async () => {},
): Promise<readonly ThreadHead[]> {
  const found: ThreadHead[] = [];
  const cursors = new Set<string>();
  for (let after: string | undefined, page = 0; page === 0 || after !== undefined; page++) {
    const { items, next } = await store.listThreads(TENANT, { ...query, ...(after === undefined ? {} : { after }) });
    found.push(...items);
    holds(next === undefined || !cursors.has(next), "a page leads back to itself");
    if (next !== undefined) {
      cursors.add(next);
      same(items.length, query.limit ?? 50, "the length of a page that isn't the last");
    }
    after = next;
    await between(idsOf(items));
  }
  return found;
}

/** Reads all pages of subjects. `between` is told whom the page gave. */
export async function everySubject(
  store: StoreWith<"listSubjects">,
  limit: number,
  between: (page: readonly string[]) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const found: string[] = [];
  for (;;) {
    const page = await store.listSubjects(TENANT, found.at(-1), limit);
    holds(page.length <= limit, `${page.length} subjects of at most ${limit}`);
    if (page.length === 0) return found;
    same(
      page.filter((subject) => found.includes(subject)),
      [],
      "subjects that had come before",
    );
    found.push(...page);
    await between(page);
  }
}

/** Reads events from a position until there are no more. */
export async function everyEvent(
  store: StorePort,
  {
    from,
    limit = 100,
    subject,
    tenant = TENANT,
  }: { readonly from?: string; readonly limit?: number; readonly subject?: string; readonly tenant?: string } = {},
): Promise<{ readonly events: readonly AuditEvent[]; readonly position: string | undefined }> {
  const found: AuditEvent[] = [];
  let position = from;
  for (;;) {
    const page = await store.listEvents(tenant, position, limit, subject);
    holds(page.events.length <= limit, `${page.events.length} events of at most ${limit}`);
    holds(page.events.length === 0 || page.position !== position, "events came, and the position stayed");
    found.push(...page.events);
    position = page.position;
    if (page.events.length === 0) return { events: found, position };
  }
}
