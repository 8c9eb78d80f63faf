import { GIVEN_UP, isCountersignError, type Page, type RequestQuery, type StorePort } from "@countersign/core/store";
import { has, holds, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { having, type StoreWith } from "../optional.ts";
import { commit, grant, grantsOf, idsOf, put, putGrant, putThread, request, T0, TENANT, thread } from "../records.ts";

/** What a later version may write, and this one can't read. */
const NEWER = { terms: { decisions: [], witness: "notary" }, seal: { kind: "wax", at: [T0] } } as object;

/** Six requests of two threads, two of them overdue. Then some of them are damaged while nobody has the store open. */
async function damaged({ open, damage }: Parameters<StoreCase["run"]>[0], ids: readonly string[]): Promise<StorePort> {
  const store = await open();
  const overdue = { expiresAt: T0 + 10 };
  const all = [1, 2, 3, 4, 5, 6].map((n) =>
    request(`r${n}`, { threadId: n < 4 ? "pay-001" : "pay-002", askedAt: T0 + n, ...(n === 3 || n === 4 ? overdue : {}) }),
  );
  await commit(
    store,
    all.map((record) => put(record)),
  );
  await store.close();
  for (const id of ids) await damage(id);
  return open();
}

/** What reading it says, if it is this one record that can't be read. */
async function namedBy(work: () => Promise<unknown>, what: string): Promise<string | undefined> {
  const error = await work().then(
    () => holds(false, `${what}: nothing was thrown`),
    (thrown: unknown) => thrown,
  );
  holds(isCountersignError(error, "STORE_UNAVAILABLE"), `${what}: ${String(error)} instead of STORE_UNAVAILABLE`);
  holds(!error.details.retryable, `${what}: trying again is said to help`);
  return error.details.unreadable?.id;
}

/** All pages of so many: whom they give and whom they name, in their order. */
async function walk(
  list: (after?: string) => Promise<Page<{ readonly id: string }>>,
): Promise<{ readonly items: readonly string[]; readonly named: readonly string[] }> {
  const [items, named, cursors]: [string[], string[], (string | undefined)[]] = [[], [], []];
  for (let after: string | undefined; cursors.length < 20;) {
    const page = await list(after);
    items.push(...idsOf(page.items));
    named.push(...idsOf(page.unreadable ?? []));
    for (const { reason } of page.unreadable ?? []) holds(reason !== "", "no reason is given");
    if (page.next === undefined) return { items, named };
    holds(!cursors.includes(page.next), "a page leads back to itself");
    cursors.push((after = page.next));
  }
  return { items, named };
}

const requestsIn =
  (store: StorePort, query: RequestQuery) =>
  (after?: string): ReturnType<StorePort["listRequests"]> =>
    store.listRequests(TENANT, { ...query, ...(after === undefined ? {} : { after }) });

export const unreadableCases: readonly StoreCase[] = [
  {
    id: "store.unreadable.newer",
    title: "A record that core can't read comes back as it was given, and so do those beside it.",
    guards: "An older process cuts what a newer one has written, or one such record hides all others.",
    run: async ({ open }) => {
      const store = await open();
      const newer = request("r2", NEWER);
      const readable = [request("r1"), request("r3")];
      await commit(store, [put(newer), ...readable.map((record) => put(record))]);
      await commit(store, [putThread(thread("pay-001", NEWER))]);
      await commit(store, [putGrant({ ...grant("g1"), ...NEWER }), putGrant(grant("g2"))]);
      const expected = [newer, ...readable].map((record) => ({ ...record, version: 1 }));
      same(await store.getRequest(TENANT, "r2"), expected[0], "by its id");
      same(await store.requestsOfThread(TENANT, "pay-001"), expected, "of its thread");
      same((await store.readThread(TENANT, "pay-001")).unfinished, expected, "under way in its thread");
      same(await store.requestsOfTurn(TENANT, "pay-001", "msg_1"), expected, "of its turn");
      same((await store.listRequests(TENANT, { status: "pending" })).items, [expected[1], expected[0], expected[2]], "in a list");
      same(await store.countRequests(TENANT, {}, 10), 3, "counted");
      same(await store.getThread(TENANT, "pay-001"), { ...thread("pay-001", NEWER), version: 1 }, "a thread");
      const listed = await store.listThreads?.(TENANT, {});
      if (listed) has(listed.items[0], { id: "pay-001", ...NEWER }, "a thread in a list");
      same(idsOf(await grantsOf(store)), ["g1", "g2"], "grants");
    },
  },
  {
    id: "store.unreadable.named",
    title: "A damaged request is named where it belongs, and keeps no other from being read, listed or found due.",
    guards: "One damaged row, and no reviewer sees anything that waits.",
    needs: ["durable", "damage"],
    run: async (env) => {
      const store = await damaged(env, ["r3"]);
      same(await walk(requestsIn(store, {})), { items: ["r1", "r2", "r4", "r5", "r6"], named: ["r3"] }, "the list");
      same(await namedBy(() => store.getRequest(TENANT, "r3"), "by its id"), "r3", "by its id");
      same(await namedBy(() => store.requestsOfThread(TENANT, "pay-001"), "its thread"), "r3", "its thread");
      same(await namedBy(() => store.requestsOfTurn(TENANT, "pay-001", "msg_1"), "its turn"), "r3", "its turn");
      same(await namedBy(() => store.readThread(TENANT, "pay-001"), "what is under way"), "r3", "what is under way");
      same(idsOf(await store.requestsOfThread(TENANT, "pay-002")), ["r4", "r5", "r6"], "another thread");
      same((await store.getRequest(TENANT, "r2"))?.id, "r2", "a sibling");
      const due = await store.claimDue("expiry", { tenant: TENANT, holder: "w", leaseMs: 1, limit: 10 });
      holds(idsOf(due).includes("r4"), "an overdue request is not found due");
      const count = await store.countRequests(TENANT, {}, 10);
      holds(count === 5 || count === 6, `${count} are counted of five that can be read and one that can't`);
      await commit(store, [put(request("r7", { askedAt: T0 + 7 }))]);
      same((await store.getRequest(TENANT, "r7"))?.id, "r7", "a new one");
    },
  },
  {
    id: "store.unreadable.threads",
    title: "A damaged thread is named in the page where it belongs, once, and keeps no other from being listed.",
    guards: "One damaged row, and nobody sees which runs fail.",
    needs: ["durable", "damage"],
    run: async ({ open, damage }) => {
      const first = await open();
      const all = ["t1", "t2", "t3", "t4"].map((id) => putThread(thread(id, { notBefore: GIVEN_UP })));
      await commit(first, all);
      await first.close();
      for (const id of ["t1", "t3", "t4"]) await damage(`thread/${id}`);
      const store = having(await open(), "listThreads");
      for (const limit of [1, 2, 3, 4]) {
        const list = (after?: string): ReturnType<StoreWith<"listThreads">["listThreads"]> =>
          store.listThreads(TENANT, { state: "failing", limit, ...(after === undefined ? {} : { after }) });
        same(await walk(list), { items: ["t2"], named: ["thread/t1", "thread/t3", "thread/t4"] }, `pages of ${limit}`);
      }
      same(await namedBy(() => store.getThread(TENANT, "t3"), "by its id"), "thread/t3", "by its id");
      same((await store.getThread(TENANT, "t2"))?.id, "t2", "another one");
    },
  },
  {
    id: "store.unreadable.pages",
    title: "Pages go on beyond damaged requests, wherever a page ends, and name each of them once.",
    guards: "A list ends at a damaged row, or goes round it for ever.",
    needs: ["durable", "damage"],
    run: async (env) => {
      const store = await damaged(env, ["r1", "r3", "r4", "r6"]);
      for (const limit of [1, 2, 3, 6]) {
        same(await walk(requestsIn(store, { limit })), { items: ["r2", "r5"], named: ["r1", "r3", "r4", "r6"] }, `pages of ${limit}`);
        const newest = await walk(requestsIn(store, { limit, order: "newest" }));
        same(newest, { items: ["r5", "r2"], named: ["r6", "r4", "r3", "r1"] }, `pages of ${limit}, the newest first`);
      }
    },
  },
];
