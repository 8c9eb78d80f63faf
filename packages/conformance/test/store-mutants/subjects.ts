import { having, type StoreWith } from "../../src/store-suite/optional.ts";
import { wrapped, type Mutant } from "./mutant.ts";

type Listing = StoreWith<"listSubjects">;
type List = Listing["listSubjects"];

/** The honest list, asked or answered otherwise. */
const named = (name: string, fails: readonly string[], wrap: (list: List, store: Listing) => List): Mutant =>
  wrapped(name, fails, (store) => {
    const listing = having(store, "listSubjects");
    return { listSubjects: wrap(listing.listSubjects, listing) };
  });

/** Only subjects of which this holds, in full pages. */
const only = (
  name: string,
  fails: readonly string[],
  holds: (store: Listing, tenant: string, subject: string) => Promise<boolean>,
): Mutant =>
  named(name, fails, (list, store) => async (tenant, after, limit) => {
    const all = await list(tenant, after, 1_000);
    const kept = await Promise.all(all.map((subject) => holds(store, tenant, subject)));
    return all.filter((_, n) => kept[n]).slice(0, limit);
  });

const hasEvents = async (store: Listing, tenant: string, subject: string): Promise<boolean> =>
  (await store.listEvents(tenant, undefined, 1, subject)).events.length > 0;

export const subjectMutants: readonly Mutant[] = [
  only("names-chains-alone", ["store.subjects.all", "store.subjects.dropped"], hasEvents),
  only("names-records-alone", ["store.subjects.all", "store.subjects.dropped"], async (store, tenant, subject) => {
    if (subject.startsWith("grant/")) return true;
    if (subject.startsWith("thread/")) return (await store.getThread(tenant, subject.slice("thread/".length))) !== undefined;
    return (await store.getRequest(tenant, subject)) !== undefined;
  }),
  only("names-no-grants", ["store.subjects.all"], async (_, __, subject) => !subject.startsWith("grant/")),
  only(
    "names-nothing-purged",
    ["store.subjects.dropped"],
    async (store, tenant, subject) => (await store.getRequest(tenant, subject))?.state !== "purged",
  ),
  named("names-what-was-dropped", ["store.subjects.dropped"], (list) => {
    const known = new Set<string>();
    return async (tenant, after, limit) => {
      for (const subject of await list(tenant, undefined, 1_000)) known.add(subject);
      return [...known].filter((subject) => after === undefined || subject > after).toSorted().slice(0, limit); // prettier-ignore
    };
  }),
  named("names-record-and-chain", ["store.subjects.all"], (list, store) => async (tenant, after, limit) => {
    const page = await list(tenant, after, limit);
    const twice = await Promise.all(
      page.map(async (subject) => ((await hasEvents(store, tenant, subject)) ? [subject, subject] : [subject])),
    );
    return twice.flat();
  }),
  named("subjects-skip", ["store.subjects.all", "store.subjects.names"], (list) => async (tenant, after, limit) => {
    const page = await list(tenant, after, limit + 1);
    return page.slice(after === undefined || limit >= 1_000 ? 0 : 1).slice(0, limit);
  }),
  named("subjects-without-limit", ["store.subjects.all"], (list) => (tenant, after) => list(tenant, after, 1_000)),
  named("subjects-by-number", ["store.subjects.under-writes"], (list) => {
    const ends = new Map<string, number>();
    return async (tenant, after, limit) => {
      const start = after === undefined ? 0 : (ends.get(after) ?? 0);
      const page = (await list(tenant, undefined, 1_000)).slice(start, start + limit);
      const last = page.at(-1);
      if (last !== undefined) ends.set(last, start + page.length);
      return page;
    };
  }),
  named("subjects-in-another-order", ["store.subjects.names"], (list) => async (tenant, after, limit) => {
    const all = await list(tenant, undefined, 1_000);
    return all.filter((subject) => after === undefined || subject.localeCompare(after) > 0).slice(0, limit);
  }),
  named(
    "cuts-subjects",
    ["store.subjects.names"],
    (list) =>
      async (...of) =>
        (await list(...of)).map((subject) => String(subject.split("\u0000")[0])),
  ),
  named(
    "cuts-long-subjects",
    ["store.subjects.names"],
    (list) =>
      async (...of) =>
        (await list(...of)).map((subject) => subject.slice(0, 255)),
  ),
  named("subjects-of-all-tenants", ["store.subjects.tenants", "store.tenants.records"], (list) => async (tenant, after, limit) => {
    const all = await Promise.all(["default", "other", "a-tenant", "z-tenant"].map((one) => list(one, after, limit)));
    return [...new Set(all.flat())].toSorted().slice(0, limit);
  }),
];
