import type { RequestQuery, RequestRecord, StorePort } from "@countersign/core/store";
import { same } from "./check.ts";
import { mixture } from "./mixture.ts";
import { matching } from "./model/reads.ts";
import { everyPage } from "./pages.ts";
import { commit, idsOf, put, TENANT } from "./records.ts";

/** Lists and counts must be what core's own definition of a query makes of all records. */
export async function finds(store: StorePort, records: readonly RequestRecord[], query: RequestQuery): Promise<void> {
  const name = JSON.stringify(query).slice(0, 120);
  for (const order of ["oldest", "newest"] as const) {
    const found = await everyPage(store, { ...query, order, limit: 7 });
    same([...idsOf(found)].sort(), [...idsOf(matching(records, query))].sort(), `${order} of ${name}`);
  }
  const { length } = matching(records, query);
  same(await store.countRequests(TENANT, query, 1_000), length, `the count of ${name}`);
}

/** A store with requests of every state and kind. */
export async function filled(
  open: () => Promise<StorePort>,
): Promise<{ readonly store: StorePort; readonly records: readonly RequestRecord[] }> {
  const store = await open();
  const records = mixture(200);
  await commit(
    store,
    records.map((record) => put(record)),
  );
  return { store, records };
}
