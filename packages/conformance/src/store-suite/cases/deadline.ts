import type { RequestRecord, StorePort } from "@countersign/core/store";
import { holds, same, throwsCode } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { filled, finds } from "../finds.ts";
import { everyPage } from "../pages.ts";
import { commit, FAR, idsOf, put, request, T0, TENANT } from "../records.ts";

const FIONA = { id: "bob", roles: ["finance", "legal"] };

async function all(store: StorePort, records: readonly RequestRecord[]): Promise<void> {
  await commit(
    store,
    records.map((record) => put(record)),
  );
}

export const deadlineCases: readonly StoreCase[] = [
  {
    id: "store.list.deadline",
    title: "In the order of deadlines the earliest comes first and what has none last; of the same deadline, what was asked first.",
    guards: "What ends in five minutes stands on the second page.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const query of [{}, { status: "pending" }, { reviewableBy: FIONA }, { tool: "tool-1" }, { digest: "digest-0" }] as const) {
        const { items } = await store.listRequests(TENANT, { ...query, order: "deadline", limit: 1_000 });
        const ends = items.map(({ expiresAt = FAR * 2 }) => expiresAt);
        same(ends, ends.toSorted((a, b) => a - b), `the deadlines of ${JSON.stringify(query)}`); // prettier-ignore
        await finds(store, records, query);
      }
    },
  },
  {
    id: "store.list.deadline-follows",
    title: "The order of deadlines follows a deadline that is drawn nearer.",
    guards: "An edit makes a request urgent, and it still stands at the end.",
    run: async ({ open }) => {
      const store = await open();
      const terms = { roles: ["finance"] };
      const [one, two] = [request("r1", { terms, expiresAt: T0 + 10 }), request("r2", { terms, expiresAt: T0 + 20 })];
      await all(store, [one, two]);
      const listed = async (expected: readonly string[], what: string): Promise<void> => {
        for (const query of [{ status: "pending" }, { reviewableBy: { id: "fiona", roles: ["finance"] } }, {}] as const)
          same(idsOf((await store.listRequests(TENANT, { ...query, order: "deadline" })).items), expected, what);
      };
      await listed(["r1", "r2"], "as asked");
      await commit(store, [put({ ...two, expiresAt: T0 + 5 }, 1)]);
      await listed(["r2", "r1"], "the second drawn nearer");
      await commit(store, [put({ ...two, expiresAt: undefined }, 2)]);
      await listed(["r1", "r2"], "the second without a deadline");
    },
  },
  {
    id: "store.list.deadline-paging",
    title: "Page by page in the order of deadlines, every request comes once, also of the same deadline, and also under writes.",
    guards: "Of fifty that expire at the same moment one is on no page.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const limit of [1, 7, 100, 200]) {
        const pages = await everyPage(store, { order: "deadline", limit });
        same([...idsOf(pages)].sort(), [...idsOf(records)].sort(), `pages of ${limit}`);
      }
      const terms = { roles: ["night"] };
      const waiting = Array.from({ length: 60 }, (_, n) =>
        request(`o${String(n).padStart(2, "0")}`, {
          terms,
          askedAt: T0 + (n % 4),
          expiresAt: n >= 40 ? undefined : T0 + Math.floor(n / 20),
          agent: "night",
        }),
      );
      await all(store, waiting);
      for (const query of [
        { status: "pending", agent: "night" },
        { reviewableBy: { id: "nora", roles: ["night"] }, agent: "night" },
      ] as const) {
        const whole = await everyPage(store, { ...query, order: "deadline", limit: 1_000 });
        const pages = await everyPage(store, { ...query, order: "deadline", limit: 10 }, async (page) => {
          // What was shown already is decided, or something new ends before all that is still to come: by turns.
          const shown = whole[page * 10];
          if (page % 2 === 0 && shown) return commit(store, [put({ ...shown, state: "approved" }, shown.version)]);
          const passed = { terms, askedAt: T0 - 1, expiresAt: T0 - 100 + page, agent: "night", state: "cancelled" } as const;
          await commit(store, [put(request(`passed-${page}-${"status" in query}`, passed))]);
        });
        same(idsOf(pages), idsOf(whole), `the order of ${JSON.stringify(query).slice(0, 40)}`);
      }
    },
  },
  {
    id: "store.list.cursor-order",
    title: "A cursor of the order of deadlines is INVALID_ARGS in another order, and the other way round.",
    guards: "A page in another order leaves out half of what waits.",
    run: async ({ open }) => {
      const store = await open();
      for (const expiresAt of [T0 + 5, undefined])
        await all(
          store,
          [1, 2, 3].map((n) => request(`r${n}-${expiresAt}`, { expiresAt })),
        );
      for (const limit of [1, 4]) {
        const deadline = (await store.listRequests(TENANT, { order: "deadline", limit })).next;
        const oldest = (await store.listRequests(TENANT, { limit })).next;
        holds(deadline !== undefined && oldest !== undefined, "a second page");
        for (const order of [undefined, "oldest", "newest"] as const)
          await throwsCode(() => store.listRequests(TENANT, { ...(order && { order }), after: deadline }), "INVALID_ARGS", `${order}, from a deadline`); // prettier-ignore
        await throwsCode(() => store.listRequests(TENANT, { order: "deadline", after: oldest }), "INVALID_ARGS", "deadline, from a time");
        same((await store.listRequests(TENANT, { order: "deadline", after: deadline })).items.length, 6 - limit, "the rest");
      }
    },
  },
];
