import { GIVEN_UP, NEVER, threadCursorOf, type ThreadQuery, type ThreadRecord, type ThreadState } from "@countersign/core/store";
import { has, holds, same, throwsCode } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { having, type StoreWith } from "../optional.ts";
import { everyThread } from "../pages.ts";
import { addOpen, commit, FAR, idsOf, putThread, T0, TENANT, thread } from "../records.ts";

const STATES: readonly ThreadState[] = ["ready", "running", "suspended", "idle", "failing", "closed"];

/** Which threads each state has now, without those that have none. */
async function standing(store: StoreWith<"listThreads">): Promise<Partial<Record<ThreadState, readonly string[]>>> {
  const found: Partial<Record<ThreadState, readonly string[]>> = {};
  for (const state of STATES) {
    const ids = idsOf(await everyThread(store, { state })).toSorted();
    if (ids.length > 0) found[state] = ids;
  }
  return found;
}

async function asked(store: StoreWith<"listThreads">, query: ThreadQuery): Promise<readonly string[]> {
  return idsOf((await store.listThreads(TENANT, query)).items);
}

const numbered = (count: number, over: Partial<ThreadRecord> = {}): readonly ThreadRecord[] =>
  Array.from({ length: count }, (_, n) => thread(`t${String(n).padStart(2, "0")}`, over));

export const threadCases: readonly StoreCase[] = [
  {
    id: "store.threads.states",
    title: "Each state lists exactly its threads, and what is no run's thread is in no list.",
    guards: "A run that fails again and again is shown to nobody, or one that waits for a signature is taken for it.",
    run: async ({ open }) => {
      const store = having(await open(), "listThreads");
      const held = { holder: "worker/1", leaseUntil: T0 };
      const all = [
        thread("ready"),
        thread("ready later", { notBefore: FAR }),
        thread("running", held),
        thread("running, to be tried later", { ...held, notBefore: GIVEN_UP }),
        thread("suspended"),
        thread("suspended elsewhere too", { notBefore: NEVER }),
        thread("idle", { notBefore: NEVER }),
        thread("failing", { notBefore: GIVEN_UP }),
        thread("failing, with a question", { notBefore: GIVEN_UP }),
        thread("closed", { state: "closed", closedAt: T0, notBefore: GIVEN_UP }),
        thread("no run's", { agent: "", framework: "none" }),
        thread("no run's, closed", { agent: "", framework: "none", state: "closed" }),
      ];
      await commit(store, [
        ...all.map((record) => putThread(record)),
        ...["suspended", "suspended elsewhere too", "failing, with a question", "running"].map((id) => addOpen(id, 1)),
      ]);
      same(
        await standing(store),
        {
          ready: ["ready", "ready later"],
          running: ["running", "running, to be tried later"],
          suspended: ["suspended", "suspended elsewhere too"],
          idle: ["idle"],
          failing: ["failing", "failing, with a question"],
          closed: ["closed"],
        },
        "the threads by state",
      );
      same((await everyThread(store, {})).length, 10, "all that are a run's");
    },
  },
  {
    id: "store.threads.follows",
    title: "The lists follow every put, every addition and every claim.",
    guards: "A thread that was given up and goes on again is still called failing, or the other way round.",
    run: async ({ open }) => {
      const store = having(await open(), "listThreads");
      const failing = thread("t", { notBefore: GIVEN_UP, attempts: 20, lastError: "no such account", failingSince: T0 });
      await commit(store, [putThread(thread("t"))]);
      same(await standing(store), { ready: ["t"] }, "new");
      await store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs: 1_000, limit: 1 });
      same(await standing(store), { running: ["t"] }, "claimed");
      await commit(store, [putThread(failing, 2)]);
      same(await standing(store), { failing: ["t"] }, "given up");
      const [found] = (await store.listThreads(TENANT, { state: "failing" })).items;
      has(
        found,
        { id: "t", version: 3, open: 0, attempts: 20, lastError: "no such account", failingSince: T0 },
        "what the list says of it",
      );
      same(await store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs: 1_000, limit: 1 }), [], "what is due then");
      await commit(store, [putThread(thread("t"), 3), addOpen("t", 1)]);
      same(await standing(store), { suspended: ["t"] }, "suspended");
      await commit(store, [addOpen("t", -1)]);
      same(await standing(store), { ready: ["t"] }, "decided");
      await commit(store, [putThread(thread("t", { state: "closed", closedAt: T0 }), 4)]);
      same(await standing(store), { closed: ["t"] }, "closed");
    },
  },
  {
    id: "store.threads.paging",
    title: "Page by page, every thread comes once, always in the same order, and the last page says that it is the last.",
    guards: "A thread falls between two pages, and nobody ever looks at it.",
    run: async ({ open }) => {
      const store = having(await open(), "listThreads");
      const records = [...numbered(60), thread("Ü"), thread("🙂"), thread("'"), thread("a\u0000b"), thread("\\u0000")];
      await commit(
        store,
        records.map((record) => putThread(record)),
      );
      const whole = await asked(store, { limit: 1_000 });
      same(whole.toSorted(), idsOf(records).toSorted(), "all in one page");
      for (const limit of [1, 7, records.length]) {
        same(idsOf(await everyThread(store, { limit })), whole, `pages of ${limit}`);
        same(idsOf(await everyThread(store, { limit, state: "ready" })), whole, `pages of ${limit} of one state`);
      }
      same((await asked(store, {})).length, 50, "a page by default");
    },
  },
  {
    id: "store.threads.paging-under-writes",
    title: "A page goes on where the last one ended, also when threads go on, end and begin in between.",
    guards: "While some threads are put right, pages skip others that still fail.",
    run: async ({ open }) => {
      const store = having(await open(), "listThreads");
      const records = numbered(60, { notBefore: GIVEN_UP });
      await commit(
        store,
        records.map((record) => putThread(record)),
      );
      let pages = 0;
      const found = await everyThread(store, { state: "failing", limit: 10 }, async ([first = ""]) => {
        // One that was shown already goes on, or another one fails where the reader has been: by turns, or they would make up for each other.
        const goesOn = pages++ % 2 === 0;
        await commit(store, [goesOn ? putThread(thread(first), 1) : putThread(thread(`${first}-more`, { notBefore: GIVEN_UP }))]);
      });
      same(idsOf(found).toSorted(), idsOf(records), "what came");
    },
  },
  {
    id: "store.threads.of-an-agent",
    title: "A list of one agent's threads has them alone, and its cursor names none of another's.",
    guards: "Somebody who may know of one agent reads the names of another's conversations in a cursor.",
    run: async ({ open }) => {
      const store = having(await open(), "listThreads");
      const agents = ["refunds", "payments", "a\u0000b"] as const;
      const records = numbered(12).map((record, n) => ({ ...record, agent: agents[n % agents.length] ?? "" }));
      await commit(
        store,
        records.map((record) => putThread(record)),
      );
      for (const agent of agents) {
        const own = idsOf(records.filter((record) => record.agent === agent));
        const names = own.map(threadCursorOf);
        const cursors: (string | undefined)[] = [];
        const found: string[] = [];
        for (let after: string | undefined; ;) {
          const { items, next } = await store.listThreads(TENANT, {
            agent,
            state: "ready",
            limit: 2,
            ...(after !== undefined && { after }),
          });
          found.push(...idsOf(items));
          after = next;
          if (after === undefined) break;
          cursors.push(after);
        }
        same(found.toSorted(), own.toSorted(), "its threads");
        holds(
          cursors.every((cursor) => cursor !== undefined && names.includes(cursor)),
          "cursors that name its own",
        );
      }
      same(await asked(store, { agent: "nobody" }), [], "the threads of an agent that there isn't");
    },
  },
  {
    id: "store.threads.limit-and-cursor",
    title: "A limit that is no whole number from 1 to 1,000, and a cursor that isn't one, are INVALID_ARGS.",
    guards: "A cursor cut short by a URL begins the list again, for ever.",
    run: async ({ open }) => {
      const store = having(await open(), "listThreads");
      await commit(store, [putThread(thread("t1")), putThread(thread("t2"))]);
      for (const limit of [0, -1, 1_001, 1.5, Number.NaN, Infinity])
        await throwsCode(() => store.listThreads(TENANT, { limit }), "INVALID_ARGS", `a limit of ${limit}`);
      const { next } = await store.listThreads(TENANT, { limit: 1 });
      holds(next !== undefined, "a second page");
      for (const after of ["", " ", "not a cursor", "\u0000", "🙂", "{}", next.slice(0, -1), `${next} `])
        await throwsCode(() => store.listThreads(TENANT, { after }), "INVALID_ARGS", `a cursor of ${JSON.stringify(after)}`);
      same((await asked(store, { after: next, limit: 1_000 })).length, 1, "the second page");
    },
  },
  {
    id: "store.threads.tenants",
    title: "Threads are one tenant's, in lists and in pages.",
    guards: "One customer sees what another one's agents work on.",
    run: async ({ open }) => {
      const store = having(await open(), "listThreads");
      for (const tenant of [TENANT, "other"]) {
        const mine = ["a", "b", tenant].map((id) => putThread(thread(id, { notBefore: GIVEN_UP })));
        await commit(store, mine, [], tenant);
      }
      same(idsOf(await everyThread(store, { state: "failing", limit: 1 })), ["a", "b", TENANT], "this one's");
      const { items } = await store.listThreads("other", { state: "failing" });
      same(idsOf(items), ["a", "b", "other"], "the other one's");
      same((await store.listThreads("nobody", {})).items, [], "of somebody who has none");
    },
  },
];
