import { expect, test } from "vitest";
import { requestMatches, type RequestQuery, type RequestRecord, type StorePort } from "../../../core/src/store.ts";
import { commit, put, request, T0, TENANT } from "../records.ts";
import { decided, mixture } from "../mixture.ts";
import type { Open } from "../store-promises.ts";

async function everyPage(
  store: StorePort,
  query: RequestQuery,
  between: (page: number) => Promise<void> = async () => {},
): Promise<readonly RequestRecord[]> {
  const found: RequestRecord[] = [];
  let after: string | undefined;
  for (let page = 0; page === 0 || after !== undefined; page++) {
    const { items, next } = await store.listRequests(TENANT, { ...query, ...(after === undefined ? {} : { after }) });
    found.push(...items);
    after = next;
    if (after !== undefined) expect(items).toHaveLength(query.limit ?? 50);
    await between(page);
  }
  return found;
}

const ids = (records: readonly RequestRecord[]): readonly string[] => records.map(({ id }) => id);

/** By the definition of every query: core's own predicate over everything there is, in order. */
function expected(records: readonly RequestRecord[], query: RequestQuery): readonly string[] {
  const sorted = records.filter((record) => requestMatches(record, query)).sort((a, b) => a.askedAt - b.askedAt || (a.id < b.id ? -1 : 1));
  return ids(query.order === "newest" ? sorted.reverse() : sorted);
}

const QUERIES: readonly RequestQuery[] = [
  {},
  ...(["pending", "approved", "rejected", "expired", "cancelled"] as const).map((status) => ({ status })),
  ...(["none", "executing", "done", "failed", "unknown"] as const).map((execution) => ({ execution })),
  { status: "approved", execution: "none" },
  { status: "pending", execution: "done" },
  { tool: "tool-1" },
  { tool: "tool-1", status: "pending" },
  { tool: "tool-9" },
  { agent: "agent-0" },
  { agent: "agent-1", status: "pending" },
  { threadId: "thread-2" },
  { threadId: "thread-2", status: "pending", tool: "tool-0" },
  { requestedBy: "alice" },
  { requestedBy: "alice", status: "pending", tool: "tool-2", agent: "agent-1" },
  { reviewableBy: { id: "alice" } },
  { reviewableBy: { id: "bob", roles: ["finance"] } },
  { reviewableBy: { id: "carol", roles: ["finance", "legal", "finance"] } },
  { reviewableBy: { id: "dave", roles: [] } },
  { reviewableBy: { id: "bob", roles: ["finance", "legal"] }, tool: "tool-1" },
  { reviewableBy: { id: "bob", roles: ["legal"] }, requestedBy: "alice", agent: "agent-0" },
  { reviewableBy: { id: "bob", roles: ["legal", "finance"] }, threadId: "thread-1" },
  { reviewableBy: { id: "bob", roles: ["finance"] }, status: "approved" },
  { reviewableBy: { id: "bob", roles: Array.from({ length: 600 }, (_, n) => (n === 599 ? "finance" : `role-${n}`)) } },
];

export function listPromises(open: Open): void {
  test.each(QUERIES.map((query) => [JSON.stringify(query).slice(0, 120), query] as const))(
    "finds exactly what matches, in both orders: %s",
    async (_, query) => {
      const store = await open();
      const records = mixture(200);
      await commit(
        store,
        records.map((record) => put(record)),
      );
      for (const order of ["oldest", "newest"] as const) {
        expect(ids(await everyPage(store, { ...query, order, limit: 7 }))).toEqual(expected(records, { ...query, order }));
      }
      const all = expected(records, query);
      expect(await store.countRequests(TENANT, query, 1_000)).toBe(all.length);
      expect(await store.countRequests(TENANT, query, 3)).toBe(Math.min(3, all.length));
      expect(await store.countRequests(TENANT, query, 0)).toBe(0);
    },
  );

  test("follows every change of state, terms and signatures", async () => {
    const store = await open();
    const bob = { id: "bob", roles: ["finance"] };
    const record = request("r1", { terms: { roles: ["finance"], quorum: 2 } });
    const listed = async (query: RequestQuery): Promise<number> => (await store.listRequests(TENANT, query)).items.length;
    await commit(store, [put(record)]);
    expect(await listed({ reviewableBy: bob })).toBe(1);
    await commit(store, [put({ ...record, terms: { roles: ["legal"] } }, 1)]);
    expect(await listed({ reviewableBy: bob })).toBe(0);
    expect(await listed({ reviewableBy: { id: "eve", roles: ["legal"] } })).toBe(1);
    await commit(store, [put({ ...record, decisions: [decided("bob", "digest-1")] }, 2)]);
    expect(await listed({ reviewableBy: bob })).toBe(0);
    await commit(store, [
      put({ ...record, decisions: [decided("bob", "digest-1")], proposal: { ...record.proposal, digest: "digest-2" } }, 3),
    ]);
    expect(await listed({ reviewableBy: bob })).toBe(1);
    await commit(store, [put({ ...record, state: "executing", status: "approved", execution: "executing" }, 4)]);
    expect(await listed({ reviewableBy: bob })).toBe(0);
    expect(await listed({ status: "pending" })).toBe(0);
    expect(await listed({ execution: "executing", tool: record.tool })).toBe(1);
    await commit(store, [put({ ...record, state: "cancelled", status: "cancelled" }, 5)]);
    expect(await listed({ status: "cancelled" })).toBe(1);
    expect(await listed({})).toBe(1);
  });

  test.each(["oldest", "newest"] as const)("a page stays right under writes: %s first", async (order) => {
    const store = await open();
    const records = Array.from({ length: 60 }, (_, n) => request(`r${String(n).padStart(2, "0")}`, { askedAt: T0 + Math.floor(n / 4) }));
    await commit(
      store,
      records.map((record) => put(record)),
    );
    const found = await everyPage(store, { status: "pending", order, limit: 10 }, async (page) => {
      // What was shown already is decided, and something new is asked before and behind.
      const shown = records[order === "oldest" ? page * 10 : 59 - page * 10];
      if (shown) await commit(store, [put({ ...shown, state: "approved", status: "approved" }, 1)]);
      const passed = order === "oldest" ? T0 - 100 + page : T0 + 100 - page;
      await commit(store, [put(request(`passed-${page}`, { askedAt: passed }))]);
    });
    const inOrder = ids(order === "oldest" ? records : [...records].reverse());
    expect(ids(found)).toEqual(inOrder);
  });

  test("a page holds 50 by default, and the last one says so", async () => {
    const store = await open();
    await commit(
      store,
      Array.from({ length: 100 }, (_, n) => put(request(`r${n}`))),
    );
    const first = await store.listRequests(TENANT, {});
    expect(first.items).toHaveLength(50);
    const { next } = first;
    if (next === undefined) throw new Error("no second page");
    const second = await store.listRequests(TENANT, { after: next });
    expect(second.items).toHaveLength(50);
    expect(second.next).toBeUndefined();
    expect((await store.listRequests(TENANT, { limit: 1_000 })).items).toHaveLength(100);
  });

  test.each([0, -1, 1_001, 1.5, Number.NaN, Infinity])("a limit of %d is refused", async (limit) => {
    const store = await open();
    await expect(store.listRequests(TENANT, { limit })).rejects.toMatchObject({
      code: "INVALID_ARGS",
      details: { issues: [{ path: ["limit"] }] },
    });
  });

  test.each(["", "x", "_", "12", "12_", "_r1", " 12_r1", "0x1_r1", "NaN_r1"])("a cursor of %j is refused", async (after) => {
    const store = await open();
    await expect(store.listRequests(TENANT, { after })).rejects.toMatchObject({
      code: "INVALID_ARGS",
      details: { issues: [{ path: ["after"] }] },
    });
  });
}
