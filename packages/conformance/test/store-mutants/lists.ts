import {
  audienceOf,
  comparing,
  cursorOf,
  idsOf,
  invitationsFor,
  pageLimit,
  pageStart,
  partiesOf,
  partiesOn,
  requestMatches,
  searchedWords,
  searchWords,
  type PageEnd,
  type RequestQuery,
  type RequestRecord,
  type StorePort,
} from "@countersign/core/store";
import { wrapped, type Mutant } from "./mutant.ts";

type Lists = Pick<StorePort, "listRequests" | "countRequests">;

async function everything(store: StorePort, tenant: string): Promise<readonly RequestRecord[]> {
  const found: RequestRecord[] = [];
  for (let after: string | undefined = ""; after !== undefined;) {
    const page: Awaited<ReturnType<StorePort["listRequests"]>> = await store.listRequests(tenant, {
      limit: 1_000,
      ...(after && { after }),
    });
    found.push(...page.items);
    after = page.next;
  }
  return found;
}

/** Lists and counts of its own, of whatever matches, in whatever order. */
const listing = (
  store: StorePort,
  matches: (record: RequestRecord, query: RequestQuery) => boolean,
  asSorted: (record: RequestRecord) => PageEnd = (record) => record,
): Lists => ({
  listRequests: async (tenant, query) => {
    const [limit, start, compare] = [pageLimit(query), pageStart(query), comparing(query.order)];
    const all = (await everything(store, tenant)).filter((record) => matches(record, query));
    const rest = all.filter((record) => !start || compare(asSorted(record), start) > 0);
    const items = rest.sort((a, b) => compare(asSorted(a), asSorted(b))).slice(0, limit);
    const last = items.at(-1);
    return { items, next: last && rest.length > limit ? cursorOf(asSorted(last), query.order) : undefined };
  },
  countRequests: async (tenant, query, cap) =>
    Math.min(cap, (await everything(store, tenant)).filter((record) => matches(record, query)).length),
});

/** Lists and counts that leave a condition out, or judge it by themselves. */
const judging = (
  name: string,
  key: "visibleTo" | "decidedBy" | "askedBefore" | "idPrefix" | "search",
  fails: readonly string[],
  holds: (record: RequestRecord, query: RequestQuery) => boolean,
): Mutant =>
  wrapped(name, fails, (store) =>
    listing(
      store,
      (record, { [key]: wanted, ...query }) => requestMatches(record, query) && (wanted === undefined || holds(record, { [key]: wanted })),
    ),
  );

/** Lists and counts for another query. */
const asking = (name: string, fails: readonly string[], change: (query: RequestQuery) => RequestQuery): Mutant =>
  wrapped(name, fails, (store) => ({
    listRequests: (tenant, query) => store.listRequests(tenant, change(query)),
    countRequests: (tenant, query, cap) => store.countRequests(tenant, change(query), cap),
  }));

const isAmong = (parties: readonly string[], query: RequestQuery): boolean =>
  partiesOn(query).every((any) => any.some((party) => parties.includes(party)));

/** One word of each that has to be there is enough, as these words are compared. */
const has = (record: RequestRecord, search: string, isIn: (word: string, wanted: string) => boolean): readonly boolean[] =>
  searchWords(search).map((wanted) => searchedWords(record).some((word) => isIn(word, wanted)));

export const listMutants: readonly Mutant[] = [
  judging("shows-everybody-everything", "visibleTo", ["store.list.visible", "store.list.visible-aliases", "store.list.names"], () => true),
  judging("forgets-who-was-invited", "visibleTo", ["store.list.visible", "store.list.visible-follows"], (record, query) =>
    isAmong(record.state === "pending" ? partiesOf(record) : partiesOf({ ...record, terms: { roles: [] } }), query),
  ),
  judging(
    "shows-what-awaits",
    "visibleTo",
    ["store.list.visible", "store.list.visible-follows"],
    (record, { visibleTo }) => visibleTo !== undefined && (audienceOf(record) ?? []).some((who) => invitationsFor(visibleTo).includes(who)),
  ),
  judging("shows-no-requester", "visibleTo", ["store.list.visible", "store.list.visible-follows"], (record, query) =>
    isAmong(partiesOf({ ...record, requestedBy: undefined }), query),
  ),
  judging("shows-services-their-role", "visibleTo", ["store.list.visible", "store.list.visible-follows"], (record, { visibleTo }) =>
    isAmong(partiesOf(record), visibleTo ? { visibleTo: { ...visibleTo, kind: "person" } } : {}),
  ),
  judging("shows-by-one-id", "visibleTo", ["store.list.visible-aliases"], (record, { visibleTo }) =>
    isAmong(partiesOf(record), visibleTo ? { visibleTo: { ...visibleTo, aliases: [] } } : {}),
  ),
  wrapped("shows-whoever-was-ever-invited", ["store.list.visible-follows"], (store) => {
    const ever = new Map<string, readonly string[]>();
    return {
      ...listing(
        store,
        (record, { visibleTo, ...query }) =>
          requestMatches(record, query) && (!visibleTo || isAmong(ever.get(record.id) ?? [], { visibleTo })),
      ),
      commit: async (batch) => {
        for (const change of batch.changes)
          if (change.op === "put" && change.kind === "request")
            ever.set(change.record.id, [...(ever.get(change.record.id) ?? []), ...partiesOf(change.record)]);
        return store.commit(batch);
      },
    };
  }),
  judging(
    "takes-names-for-patterns",
    "visibleTo",
    ["store.list.names"],
    (record, query) => query.visibleTo?.id.includes("%") || isAmong(partiesOf(record), query),
  ),
  judging("takes-signers-names-for-patterns", "decidedBy", ["store.list.names"], (record, query) =>
    typeof query.decidedBy === "string" && query.decidedBy.includes("_") ? record.decisions.length > 0 : isAmong(partiesOf(record), query),
  ),
  judging("ignores-signers", "decidedBy", ["store.list.decided", "store.list.visible-aliases"], () => true),
  judging("knows-signers-by-one-id", "decidedBy", ["store.list.visible-aliases", "store.list.visible-follows"], (record, { decidedBy }) =>
    record.decisions.some(({ by }) => by.id === decidedBy),
  ),
  judging("knows-signers-of-what-is-decided", "decidedBy", ["store.list.visible-follows"], (record, { decidedBy }) => {
    const last = record.decisions.at(-1);
    return record.state !== "pending" && last !== undefined && idsOf(last.by).some((id) => id === decidedBy);
  }),
  judging("ignores-times", "askedBefore", ["store.list.asked-before", "store.list.together"], () => true),
  judging("asked-by-then", "askedBefore", ["store.list.asked-before"], ({ askedAt }, { askedBefore = 0 }) => askedAt <= askedBefore),
  judging("ignores-beginnings", "idPrefix", ["store.list.id-prefix", "store.list.together"], () => true),
  judging("looks-at-three-characters", "idPrefix", ["store.list.id-prefix"], ({ id }, { idPrefix = "" }) =>
    id.startsWith(idPrefix.slice(0, 3)),
  ),
  judging("finds-anywhere-in-ids", "idPrefix", ["store.list.id-prefix"], ({ id }, { idPrefix = "" }) => id.includes(idPrefix)),
  judging("ignores-searches", "search", ["store.list.search", "store.list.search-limits", "store.list.search-scripts"], () => true),
  judging("finds-within-words", "search", ["store.list.search"], (record, { search = "" }) =>
    has(record, search, (word, wanted) => word.includes(wanted)).every(Boolean),
  ),
  judging("finds-any-of-the-words", "search", ["store.list.search", "store.list.search-many"], (record, { search = "" }) => {
    const found = has(record, search, (word, wanted) => word.startsWith(wanted));
    return found.length === 0 || found.some(Boolean);
  }),
  judging("finds-whole-words", "search", ["store.list.search", "store.list.search-scripts"], (record, { search = "" }) =>
    has(record, search, (word, wanted) => word === wanted).every(Boolean),
  ),
  judging("reads-latin-alone", "search", ["store.list.search-scripts"], (record, { search = "" }) =>
    requestMatches(record, { search: search.replaceAll(/[^\p{ASCII}]/gu, " ") }),
  ),
  asking("cuts-searches", ["store.list.search-limits"], ({ search, ...query }) =>
    search === undefined ? query : { ...query, search: search.slice(0, 200).split(" ").slice(0, 10).join(" ") },
  ),
  wrapped("looks-through-the-first-two-thousand", ["store.list.search-many"], (store) => ({
    countRequests: async (tenant, query, cap) => {
      if (query.search === undefined) return store.countRequests(tenant, query, cap);
      const first = (await everything(store, tenant)).slice(0, 2_000);
      return Math.min(cap, first.filter((record) => requestMatches(record, query)).length);
    },
  })),
  asking("shows-everybody-what-they-search", ["store.list.together", "store.list.search-many"], ({ visibleTo, search, ...query }) => ({
    ...query,
    ...(search === undefined ? visibleTo && { visibleTo } : { search }),
  })),
  asking("combines-two-conditions", ["store.list.together"], ({ askedBefore, ...query }) =>
    Object.keys(query).length > 3 || askedBefore === undefined ? query : { ...query, askedBefore },
  ),
  asking("knows-no-deadlines", ["store.list.deadline", "store.list.deadline-follows"], ({ order, ...query }) =>
    order === undefined || order === "deadline" ? query : { ...query, order },
  ),
  wrapped("begins-with-what-never-ends", ["store.list.deadline", "store.list.deadline-follows"], (store) =>
    listing(store, requestMatches, ({ expiresAt = 0, ...record }) => ({ ...record, expiresAt })),
  ),
  wrapped("sorts-by-the-first-deadline", ["store.list.deadline-follows"], (store) => {
    const first = new Map<string, number | undefined>();
    return {
      ...listing(store, requestMatches, (record) => ({ ...record, expiresAt: first.get(record.id) })),
      commit: async (batch) => {
        for (const change of batch.changes)
          if (change.op === "put" && change.kind === "request" && change.expects === 0)
            first.set(change.record.id, change.record.expiresAt);
        return store.commit(batch);
      },
    };
  }),
  wrapped("goes-on-beyond-the-deadline", ["store.list.deadline-paging"], (store) => ({
    listRequests: async (tenant, query) => {
      const page = await store.listRequests(tenant, query);
      const last = page.items.at(-1);
      const next =
        page.next && query.order === "deadline" && last ? cursorOf({ ...last, askedAt: Number.MAX_VALUE }, "deadline") : page.next;
      return { ...page, next };
    },
  })),
  wrapped("takes-any-cursor", ["store.list.cursor-order"], (store) => ({
    listRequests: (tenant, { after, ...query }) => {
      const asked = after?.replace(/^deadline_[^_]*_/, "");
      return store.listRequests(tenant, after === undefined || query.order === "deadline" ? { ...query, ...(after && { after }) } : { ...query, ...(asked && { after: asked }) }); // prettier-ignore
    },
  })),
];
