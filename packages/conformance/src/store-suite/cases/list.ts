import type { RequestQuery } from "@countersign/core/store";
import { holds, same, throwsCode } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { filled, finds } from "../finds.ts";
import { signed } from "../mixture.ts";
import { commit, idsOf, put, request, T0, TENANT } from "../records.ts";
import { everyPage } from "../pages.ts";

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
  { digest: "digest-0" },
  { digest: "digest-9" },
  { digest: "digest-1", status: "approved", execution: "none" },
  { digest: "digest-0", status: "pending", tool: "tool-1" },
  { digest: "digest-1", agent: "agent-0", requestedBy: "bob" },
  { digest: "digest-0", threadId: "thread-3" },
];

export const listCases: readonly StoreCase[] = [
  {
    id: "store.list.filters",
    title: "Each condition of a query, alone and with others, finds exactly what it should.",
    guards: "An inbox hides a request that waits, or shows what is long decided.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const query of QUERIES) await finds(store, records, query);
    },
  },
  {
    id: "store.list.follows",
    title: "Lists follow every change of state, terms, proposal and signatures.",
    guards: "A request stays in the inbox of somebody who signed it, or isn't in that of the one it was passed on to.",
    run: async ({ open }) => {
      const store = await open();
      const bob = { id: "bob", roles: ["finance"] };
      const record = request("r1", { terms: { roles: ["finance"], quorum: 2 } });
      const decisions = [signed("bob", "digest-1")];
      const listed = async (query: RequestQuery, count: number, what: string): Promise<void> => {
        same((await store.listRequests(TENANT, query)).items.length, count, what);
        same(await store.countRequests(TENANT, query, 10), count, `${what}, counted`);
      };
      await commit(store, [put(record)]);
      await listed({ reviewableBy: bob }, 1, "asked of finance");
      await commit(store, [put({ ...record, terms: { roles: ["legal"] } }, 1)]);
      await listed({ reviewableBy: bob }, 0, "asked of legal instead");
      await listed({ reviewableBy: { id: "eve", roles: ["legal"] } }, 1, "asked of legal");
      await commit(store, [put({ ...record, decisions }, 2)]);
      await listed({ reviewableBy: bob }, 0, "signed by Bob");
      await listed({ digest: "digest-1" }, 1, "the arguments that Bob signed, by their digest");
      await commit(store, [put({ ...record, decisions, proposal: { ...record.proposal, digest: "digest-2" } }, 3)]);
      await listed({ reviewableBy: bob }, 1, "other arguments than Bob signed");
      await listed({ digest: "digest-2" }, 1, "the other arguments, by their digest");
      await listed({ digest: "digest-1" }, 0, "the arguments that Bob signed, once there are others");
      const edited = { ...signed("carol", "digest-2"), decision: { type: "edit" as const, args: {} } };
      const back = { ...signed("dave", "digest-1"), decision: { type: "edit" as const, args: {} } };
      await commit(store, [put({ ...record, decisions: [...decisions, edited, back] }, 4)]);
      await listed({ reviewableBy: bob }, 1, "the arguments that Bob signed, back after an edit");
      await listed({ digest: "digest-1", status: "pending" }, 1, "the same, by their digest");
      await commit(store, [put({ ...record, state: "executing" }, 5)]);
      await listed({ reviewableBy: bob }, 0, "executing, for Bob");
      await listed({ status: "pending" }, 0, "executing, among the pending");
      await listed({ execution: "executing", tool: record.tool }, 1, "executing");
      await commit(store, [put({ ...record, state: "cancelled" }, 6)]);
      await listed({ status: "cancelled" }, 1, "cancelled");
      await listed({}, 1, "all");
    },
  },
  {
    id: "store.list.order",
    title: "Lists are ordered by `askedAt`, oldest first unless the newest are wanted, and equal times come in a fixed order.",
    guards: "What waits longest is never looked at.",
    run: async ({ open }) => {
      const { store } = await filled(open);
      const oldest = (await store.listRequests(TENANT, { limit: 1_000 })).items;
      const times = oldest.map(({ askedAt }) => askedAt);
      same(
        times,
        [...times].sort((a, b) => a - b),
        "oldest first",
      );
      same(idsOf((await store.listRequests(TENANT, { limit: 1_000, order: "oldest" })).items), idsOf(oldest), "twice");
      const newest = (await store.listRequests(TENANT, { limit: 1_000, order: "newest" })).items;
      same(idsOf(newest), [...idsOf(oldest)].reverse(), "newest first");
    },
  },
  {
    id: "store.list.paging",
    title: "Page by page, every request comes once, and the last page says that it is the last.",
    guards: "A request falls between two pages, and nobody ever signs it.",
    run: async ({ open }) => {
      const { store } = await filled(open);
      for (const order of ["oldest", "newest"] as const) {
        const whole = idsOf((await store.listRequests(TENANT, { order, limit: 1_000 })).items);
        same(whole.length, 200, "all in one page");
        for (const limit of [1, 7, 100, 200])
          same(idsOf(await everyPage(store, { order, limit })), whole, `pages of ${limit}, ${order} first`);
        const alike = idsOf((await store.listRequests(TENANT, { order, limit: 1_000, digest: "digest-0" })).items);
        for (const limit of [1, 7])
          same(
            idsOf(await everyPage(store, { order, limit, digest: "digest-0" })),
            alike,
            `pages of ${limit} of one digest, ${order} first`,
          );
      }
      same((await store.listRequests(TENANT, {})).items.length, 50, "a page by default");
    },
  },
  {
    id: "store.list.paging-under-writes",
    title: "A page goes on where the last one ended, also when others decide and ask in between.",
    guards: "While requests are being decided, pages skip those that still wait.",
    run: async ({ open }) => {
      for (const order of ["oldest", "newest"] as const) {
        const store = await open();
        const prefix = order === "oldest" ? "o" : "n";
        const records = Array.from({ length: 60 }, (_, n) =>
          request(`${prefix}${String(n).padStart(2, "0")}`, { askedAt: T0 + Math.floor(n / 4), agent: order }),
        );
        await commit(
          store,
          records.map((record) => put(record)),
        );
        const found = await everyPage(store, { status: "pending", agent: order, order, limit: 10 }, async (page) => {
          // What was shown already is decided, or something new is asked where the reader has been: by turns, or they would make up for each other.
          const shown = page % 2 === 0 ? records[order === "oldest" ? page * 10 : 59 - page * 10] : undefined;
          if (shown) return commit(store, [put({ ...shown, state: "approved" }, 1)]);
          const askedAt = order === "oldest" ? T0 - 100 + page : T0 + 100 - page;
          await commit(store, [put(request(`${prefix}-passed-${page}`, { askedAt, agent: order }))]);
        });
        same([...idsOf(found)].sort(), idsOf(records), `${order} first`);
      }
    },
  },
  {
    id: "store.list.count",
    title: "A count goes up to its cap, and doesn't mind the query's page.",
    guards: "An inbox says 50 where 200 wait, or counts a million to say that there are many.",
    run: async ({ open }) => {
      const { store } = await filled(open);
      for (const [cap, count] of [
        [1_000, 200],
        [200, 200],
        [199, 199],
        [3, 3],
        [0, 0],
      ] as const) {
        same(await store.countRequests(TENANT, {}, cap), count, `with a cap of ${cap}`);
      }
      same(await store.countRequests(TENANT, { limit: 5, order: "newest" }, 1_000), 200, "with a limit");
      const { next } = await store.listRequests(TENANT, { limit: 5 });
      holds(next !== undefined, "a second page");
      same(await store.countRequests(TENANT, { after: next }, 1_000), 200, "with a cursor");
    },
  },
  {
    id: "store.list.limit",
    title: "A limit is a whole number from 1 to 1,000; any other is INVALID_ARGS.",
    guards: "A wrong limit is taken for the end of the list.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [put(request("r1"))]);
      for (const limit of [0, -1, 1_001, 1.5, Number.NaN, Infinity])
        await throwsCode(() => store.listRequests(TENANT, { limit }), "INVALID_ARGS", `a limit of ${limit}`);
      for (const limit of [1, 1_000]) same((await store.listRequests(TENANT, { limit })).items.length, 1, `a limit of ${limit}`);
    },
  },
  {
    id: "store.list.cursor",
    title: "A cursor that isn't one is INVALID_ARGS.",
    guards: "A cursor cut short by a URL begins the list again, for ever.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [put(request("r1"))]);
      for (const after of ["", " ", "not a cursor", "\u0000", "🙂", "{}"])
        await throwsCode(() => store.listRequests(TENANT, { after }), "INVALID_ARGS", `a cursor of ${JSON.stringify(after)}`);
    },
  },
];
