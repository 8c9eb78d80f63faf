import type { RequestQuery, RequestRecord, StorePort } from "@countersign/core/store";
import { same } from "./check.ts";
import { mixture } from "./mixture.ts";
import { matching } from "./model/reads.ts";
import { everyPage } from "./pages.ts";
import { commit, idsOf, put, TENANT } from "./records.ts";

/** Lists and counts must be what core's own definition of a query makes of all records. */
export async function finds(store: StorePort, records: readonly RequestRecord[], query: RequestQuery): Promise<void> {
  const name = JSON.stringify(query).slice(0, 120);
  for (const order of ["oldest", "newest", "deadline"] as const) {
    const found = await everyPage(store, { ...query, order, limit: 7 });
    const expected = matching(records, { ...query, order });
    same([...idsOf(found)].sort(), [...idsOf(expected)].sort(), `${order} of ${name}`);
    same(placesIn(order, found), placesIn(order, expected), `what ${order} of ${name} is sorted by`);
  }
  const { length } = matching(records, query);
  same(await store.countRequests(TENANT, query, 1_000), length, `the count of ${name}`);
}

/** What a list of this order is sorted by; which of two that are alike comes first is the store's own choice. */
export function placesIn(order: RequestQuery["order"], found: readonly RequestRecord[]): readonly unknown[] {
  return found.map(({ askedAt, expiresAt = "never" }) => (order === "deadline" ? { expiresAt, askedAt } : { askedAt }));
}

/** A store with these requests in it. Default: some of every state and kind. */
export async function filled(
  open: () => Promise<StorePort>,
  records: readonly RequestRecord[] = mixture(200),
): Promise<{ readonly store: StorePort; readonly records: readonly RequestRecord[] }> {
  const store = await open();
  await commit(
    store,
    records.map((record) => put(record)),
  );
  return { store, records };
}
