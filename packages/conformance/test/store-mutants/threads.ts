import { GIVEN_UP, unreadableRecord, type Page, type StorePort, type ThreadHead, type ThreadQuery } from "@countersign/core/store";
import { having, type StoreWith } from "../../src/store-suite/optional.ts";
import { wrapped, type Mutant } from "./mutant.ts";

type List = StoreWith<"listThreads">["listThreads"];

/** The honest list, asked or answered otherwise. */
const listed = (name: string, fails: readonly string[], wrap: (list: List, store: StorePort) => List): Mutant =>
  wrapped(name, fails, (store) => ({ listThreads: wrap(having(store, "listThreads").listThreads, store) }));

async function all(list: List, tenant: string, { limit: _limit, after: _after, ...query }: ThreadQuery): Promise<readonly ThreadHead[]> {
  return (await list(tenant, { ...query, limit: 1_000 })).items;
}

const whole = (items: readonly ThreadHead[]): Page<ThreadHead> => ({ items, next: undefined });

export const threadMutants: readonly Mutant[] = [
  listed(
    "ignores-thread-states",
    ["store.threads.states", "store.threads.follows"],
    (list) =>
      (tenant, { state: _, ...query }) =>
        list(tenant, query),
  ),
  listed(
    "threads-of-any-agent",
    ["store.threads.of-an-agent"],
    (list) =>
      (tenant, { agent: _, ...query }) =>
        list(tenant, query),
  ),
  listed("lists-questions-by-hand", ["store.threads.states"], (list, store) => async (tenant, query) => {
    const [page, asked] = [await list(tenant, query), await store.getThread(tenant, "no run's")];
    return page.next === undefined && asked && query.state !== "closed" ? { ...page, items: [...page.items, asked] } : page;
  }),
  listed("failing-while-it-runs", ["store.threads.states"], (list) => async (tenant, query) => {
    if (query.state !== "failing" && query.state !== "running") return list(tenant, query);
    const found = [...(await all(list, tenant, { state: "failing" })), ...(await all(list, tenant, { state: "running" }))];
    return whole(found.filter(({ notBefore }) => (notBefore === GIVEN_UP) === (query.state === "failing")));
  }),
  listed("suspended-while-it-fails", ["store.threads.states"], (list) => async (tenant, query) => {
    if (query.state !== "failing" && query.state !== "suspended") return list(tenant, query);
    const found = [...(await all(list, tenant, { state: "failing" })), ...(await all(list, tenant, { state: "suspended" }))];
    return whole(found.filter(({ open }) => open > 0 === (query.state === "suspended")));
  }),
  listed("remembers-threads", ["store.threads.follows"], (list) => {
    const known = new Map<string, ReturnType<List>>();
    return (tenant, query) => {
      const key = JSON.stringify([tenant, query]);
      const page = known.get(key) ?? list(tenant, query);
      known.set(key, page);
      return page;
    };
  }),
  listed("forgets-since-when-it-fails", ["store.threads.follows"], (list) => async (tenant, query) => {
    const page = await list(tenant, query);
    return { ...page, items: page.items.map((thread) => ({ ...thread, failingSince: undefined })) };
  }),
  listed("thread-cursor-skips", ["store.threads.paging"], (list) => async (tenant, query) => {
    const { limit = 50 } = query;
    if (limit >= 1_000) return list(tenant, query);
    const { items, next } = await list(tenant, { ...query, limit: limit + 1 });
    return { items: items.slice(0, limit), next };
  }),
  listed("thread-cursor-counts", ["store.threads.paging-under-writes"], (list) => async (tenant, query) => {
    const { limit = 50, after = "0" } = query;
    const found = await all(list, tenant, query);
    const end = Number(after) + limit;
    return { items: found.slice(Number(after), end), next: found.length > end ? String(end) : undefined };
  }),
  listed(
    "clamps-thread-limits",
    ["store.threads.limit-and-cursor"],
    (list) => (tenant, query) => list(tenant, { ...query, limit: Math.trunc(Math.min(1_000, Math.max(1, query.limit || 50))) }),
  ),
  listed("forgives-thread-cursors", ["store.threads.limit-and-cursor"], (list) => (tenant, query) => {
    const { after: _, ...first } = query;
    return list(tenant, query).catch(() => list(tenant, first));
  }),
  listed("threads-of-all-tenants", ["store.threads.tenants", "store.tenants.records"], (list) => async (tenant, query) => {
    const page = await list(tenant, query);
    const others = await list(tenant === "default" ? "other" : "default", query);
    return page.next === undefined ? { ...page, items: [...page.items, ...others.items] } : page;
  }),
  listed("stops-at-damaged-threads", ["store.unreadable.threads"], (list) => async (tenant, query) => {
    const page = await list(tenant, query);
    const [first] = page.unreadable ?? [];
    if (first) throw unreadableRecord(first.id, first.reason);
    return page;
  }),
  listed("hides-damaged-threads", ["store.unreadable.threads"], (list) => async (tenant, query) => {
    const { items, next } = await list(tenant, query);
    return { items, next };
  }),
];
