import { same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { having, type StoreWith } from "../optional.ts";
import { everySubject } from "../pages.ts";
import { commit, drop, event, grant, put, putGrant, putThread, request, T0, TENANT, thread } from "../records.ts";

const LIMITS = [1, 2, 3, 7, 1_000];

/** Whatever the order, and whatever the pages: these, and each once. */
async function names(store: StoreWith<"listSubjects">, expected: readonly string[], what: string): Promise<void> {
  const whole = await everySubject(store, 1_000);
  same(whole.toSorted(), expected.toSorted(), what);
  for (const limit of LIMITS) same(await everySubject(store, limit), whole, `${what}, in pages of ${limit}`);
}

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `r${String(n).padStart(2, "0")}`);

/** Of 512 bytes, alike but for their ends. */
const LONG = ["a", "b"].map((end) => `${"é".repeat(255)}a${end}`);

export const subjectCases: readonly StoreCase[] = [
  {
    id: "store.subjects.all",
    title: "Every record and every chain is named once: records without a chain, chains without a record, and those that have both.",
    guards: "A record whose chain was removed, or a chain whose record was, is missing from every verification.",
    run: async ({ open }) => {
      const store = having(await open(), "listSubjects");
      same(await store.listSubjects(TENANT, undefined, 10), [], "when there is nothing");
      const bare = [put(request("bare")), putThread(thread("bare", { agent: "", state: "closed" })), putGrant(grant("bare"))];
      await commit(store, bare);
      const whole = [put(request("whole", { state: "done" })), putThread(thread("whole")), putGrant(grant("whole"))];
      await commit(store, whole, [event("whole", 1), event("whole", 2), event("thread/whole", 1), event("grant/whole", 1)]);
      await commit(store, [], [event("alone", 1), event("thread/alone", 3), event("grant/alone", 1), event("zebra", 1), event("zebra", 2)]);
      const all = ["bare", "whole", "alone"].flatMap((id) => [id, `thread/${id}`, `grant/${id}`]);
      await names(store, [...all, "zebra"], "records and chains");
      same(await store.listSubjects(TENANT, undefined, 0), [], "none of them");
    },
  },
  {
    id: "store.subjects.under-writes",
    title: "A page goes on behind the last subject of the one before, whatever was written in between.",
    guards: "While a store is in use, its verification passes over records, or never ends.",
    run: async ({ open }) => {
      const store = having(await open(), "listSubjects");
      const ids = numbered(60);
      const all = ids.flatMap((id) => [id, `thread/${id}`]);
      await commit(
        store,
        ids.flatMap((id) => [put(request(id)), putThread(thread(id))]),
        ids.map((id) => event(id, 1)),
      );
      let pages = 0;
      const found = await everySubject(store, 10, async ([first = ""]) => {
        // Something new comes before the reader's place, something behind it, and what was shown goes on.
        const page = pages++;
        const passed = [event(`${first}-${page}`, 1), event(first, 7)];
        await commit(store, [putThread(thread(`w${page}`))], page < 5 ? [...passed, event(`z${page}`, 1)] : passed);
      });
      same(all.filter((subject) => !found.includes(subject)), [], "what was passed over"); // prettier-ignore
      const still = await everySubject(store, 1_000);
      same(found, still.filter((subject) => found.includes(subject)), "the order, before and after"); // prettier-ignore
    },
  },
  {
    id: "store.subjects.dropped",
    title:
      "A purged request stays named, as does a record whose events were all dropped; a chain without a record and without events is nothing.",
    guards: "A purged request can be forged, or an honest purge looks like a chain that somebody removed.",
    run: async ({ open }) => {
      const store = having(await open(), "listSubjects", "closedThreads");
      const purged = request("purged", { state: "purged", was: "done" });
      await commit(
        store,
        [put(purged), put(request("kept")), putThread(thread("kept"))],
        [event("purged", 1), event("kept", 1), event("kept", 2)],
      );
      await commit(store, [], [event("gone", 1), event("gone", 2), event("cut", 1), event("cut", 2)]);
      await names(store, ["purged", "kept", "thread/kept", "gone", "cut"], "before the drops");
      await commit(store, [drop("kept", 2), drop("purged", 1), drop("gone", 2), drop("cut", 1)], [event("purged", 2, "purged")]);
      await names(store, ["purged", "kept", "thread/kept", "cut"], "after the drops");
      await commit(store, [], [event("gone", 3)]);
      await names(store, ["purged", "kept", "thread/kept", "cut", "gone"], "a chain that goes on");
    },
  },
  {
    id: "store.subjects.names",
    title: "Names of every kind are given whole and lead on: with U+0000, of 512 bytes, of every script, and such as begin like a kind.",
    guards: "Verification skips whatever comes after a strange name, or begins again at it for ever.",
    run: async ({ open }) => {
      const store = having(await open(), "listSubjects");
      const ids = [
        "a",
        "a\u0000",
        "a\u0000b",
        "a\u0001",
        "\u0000",
        "%",
        "_",
        "'",
        "\\u0000",
        "ü",
        "u\u0308",
        "\uffff",
        "🙂",
        "__proto__",
        ...LONG,
      ];
      const begins = ["thread", "thread0", "threads", "grant", "grants/x", "thread/", "grant/", "Thread/x"];
      const threads = [...ids, "thread/a", "grant/a"];
      await commit(
        store,
        [...threads.map((id) => putThread(thread(id))), ...ids.map((id) => putGrant(grant(id))), put(request("r1")), put(request("zz"))],
        [...ids, ...begins].map((subject) => event(subject, 1)),
      );
      await names(
        store,
        [...ids, ...begins, ...threads.map((id) => `thread/${id}`), ...ids.map((id) => `grant/${id}`), "r1", "zz"],
        "all names",
      );
    },
  },
  {
    id: "store.subjects.tenants",
    title: "Subjects are one tenant's, in every page.",
    guards: "One customer's verification reads what another one keeps, and fails.",
    run: async ({ open }) => {
      const store = having(await open(), "listSubjects");
      for (const tenant of ["a-tenant", TENANT, "z-tenant"]) {
        const records = ["r1", tenant].flatMap((id) => [put(request(id, { askedAt: T0 })), putThread(thread(id)), putGrant(grant(id))]);
        await commit(store, records, [event("r1", 1), event(`${tenant}-alone`, 1)], tenant);
      }
      const own = ["r1", TENANT].flatMap((id) => [id, `thread/${id}`, `grant/${id}`]);
      await names(store, [...own, `${TENANT}-alone`], "this one's");
      same(await store.listSubjects("nobody", undefined, 10), [], "of somebody who has none");
    },
  },
];
