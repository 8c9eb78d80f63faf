import type { RequestQuery, RequestRecord, StorePort } from "@countersign/core/store";
import { same, throwsCode } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { filled, finds } from "../finds.ts";
import { everyPage } from "../pages.ts";
import { commit, idsOf, put, request, T0, TENANT } from "../records.ts";

const FIONA = { id: "bob", roles: ["finance", "legal"] };

/** Of each condition one, so that all of them stand beside each other somewhere. */
const TOGETHER: readonly RequestQuery[] = [
  { status: "pending", askedBefore: T0 + 8, tool: "tool-1" },
  { reviewableBy: FIONA, askedBefore: T0 + 13, idPrefix: "b" },
  { reviewableBy: FIONA, search: "agent 0" },
  { reviewableBy: FIONA, visibleTo: { id: "alice" }, agent: "agent-1" },
  { visibleTo: FIONA, search: "tool", idPrefix: "a", execution: "done" },
  { visibleTo: { id: "carol", kind: "service" }, search: "tool" },
  { visibleTo: FIONA, decidedBy: "carol", askedBefore: T0 + 13, status: "approved" },
  { decidedBy: "alice", search: "thread 1", requestedBy: "bob" },
  { threadId: "thread-1", search: "tool 2", askedBefore: T0 + 13 },
  { digest: "digest-1", idPrefix: "c", visibleTo: FIONA },
  { idPrefix: "a-1", status: "pending" },
  { status: "rejected", search: "ALICE", idPrefix: "b" },
];

const WHO = { id: "fiona@acme.example", name: "Fiona O’Hara-Müller" };
const CALL: Partial<RequestRecord> = {
  namespace: "billing",
  tool: "sendPayment_v2",
  agent: "Ops-Agent",
  threadId: "chat/2026-11-07",
  requestedBy: WHO,
};

/** What is looked for, and does it find the request of this call? */
const SEARCHES: readonly (readonly [search: string, found: boolean])[] = [
  ["", true],
  [" -- ", true],
  ["0a1b", true],
  ["0A1B2C", true],
  ["a1b", false],
  ["bill", true],
  ["illing", false],
  ["sendpay", true],
  ["SENDPAYMENT", true],
  ["sendPayment_v2", true],
  ["payment", false],
  ["v2", true],
  ["ops agent", true],
  ["agent ops", true],
  ["ops-agent nobody", false],
  ["fiona", true],
  ["fiona@acme.example", true],
  ["fiona@acme.examples", false],
  ["o’hara", true],
  ["müller", true],
  ["MÜLLER", true],
  ["mu\u0308ller", true],
  ["muller", false],
  ["ｆｉｏｎａ", true],
  ["chat", true],
  ["2026 07 11", true],
  ["2026-12", false],
  ["billing sendPayment_v2 Ops-Agent fiona chat 0a1b", true],
  ["%", true],
  ["%iona", false],
  ["f_ona", false],
  ["fion*", true],
  ["'; --", true],
  ["\u0000", true],
  ["fiona\u0000acme", true],
  ["\\", true],
  ["\ud800fiona", true],
];

/** Words that no name of the others begins with. */
const SCRIPTS = ["платёж", "支払い", "आदेश", "ödəniş", "ﬁnance", "ΟΔΌΣ", "İstanbul", "e\u0301clair", "𝔤𝔯𝔞𝔫𝔱"];

async function all(store: StorePort, records: readonly RequestRecord[]): Promise<void> {
  await commit(
    store,
    records.map((record) => put(record)),
  );
}

async function found(store: StorePort, query: RequestQuery): Promise<readonly string[]> {
  return [...idsOf(await everyPage(store, { ...query, limit: 7 }))].sort();
}

const hex = (n: number): string =>
  Math.imul(n + 1, 2_654_435_761)
    .toString(16)
    .replace("-", "")
    .padStart(8, "0")
    .repeat(4);

/** Three of them begin alike. */
const alike = (n: number): string => hex(n % 40).slice(0, 3) + hex(n).slice(3);

export const findCases: readonly StoreCase[] = [
  {
    id: "store.list.asked-before",
    title: "`askedBefore` finds what was asked before that time, and not what was asked at it.",
    guards: "What has waited too long is not among what has waited too long.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const askedBefore of [T0 - 1, T0, T0 + 1, T0 + 8, T0 + 8.5, T0 + 22])
        for (const more of [{}, { status: "pending" }, { reviewableBy: FIONA }, { threadId: "thread-1" }] as const)
          await finds(store, records, { askedBefore, ...more });
    },
  },
  {
    id: "store.list.id-prefix",
    title: "`idPrefix` finds what has an id that begins so, from one character to the whole id.",
    guards: "A short id that a person types means another request than the one on their screen.",
    run: async ({ open }) => {
      const store = await open();
      const records = Array.from({ length: 120 }, (_, n) =>
        request(alike(n), {
          askedAt: T0 + (n % 5),
          state: n % 3 === 0 ? "done" : "pending",
          tool: `tool-${n % 2}`,
          terms: { roles: ["finance"] },
        }),
      );
      await all(store, records);
      const whole = alike(7);
      for (const length of [1, 2, 3, 4, 31, 32])
        for (const more of [{}, { status: "pending" }, { tool: "tool-1" }, { reviewableBy: FIONA }, { visibleTo: FIONA }] as const)
          await finds(store, records, { idPrefix: whole.slice(0, length), ...more });
      same(await found(store, { idPrefix: whole }), [whole], "the whole id");
      for (const idPrefix of ["f", "ff", "fff", "ffff", "9", "a"]) await finds(store, records, { idPrefix });
    },
  },
  {
    id: "store.list.search",
    title: "A search finds by beginnings of words of id, tool, agent, requester and thread, in whatever case; all its words must be there.",
    guards: "A reviewer who looks for a payment by what they know of it doesn't find it.",
    run: async ({ open }) => {
      const store = await open();
      const id = "0a1b2c3d".repeat(4);
      const other = request("ffffffff".repeat(4), { tool: "refund", agent: "other", threadId: "t", state: "done" });
      await all(store, [request(id, CALL), other]);
      for (const [search, isFound] of SEARCHES) {
        same((await found(store, { search })).includes(id), isFound, `a search for ${JSON.stringify(search)}`);
        const count = await store.countRequests(TENANT, { search, status: "pending" }, 10);
        same(count, isFound ? 1 : 0, `a search for ${JSON.stringify(search)} among what is pending, counted`);
      }
    },
  },
  {
    id: "store.list.search-scripts",
    title: "A search finds words of every script, written in any form and case, and long ones.",
    guards: "Whoever doesn't write in Latin letters finds nothing.",
    run: async ({ open }) => {
      const store = await open();
      const long = "x".repeat(500);
      const records = [...SCRIPTS, long, `${long} y`].map((name, n) =>
        request(`r-${n}`, { tool: "t", agent: "a", requestedBy: { id: `q${n}`, name: `${name} and more` } }),
      );
      await all(store, records);
      for (const [n, word] of SCRIPTS.entries()) {
        for (const form of [word, word.normalize("NFD"), word.normalize("NFKC"), word.toLowerCase()])
          same(await found(store, { search: form }), [`r-${n}`], `a search for ${JSON.stringify(form)}`);
        await finds(store, records, { search: word.slice(0, 2) });
      }
      for (const search of [long.slice(0, 190), "x", "xx y"]) await finds(store, records, { search });
    },
  },
  {
    id: "store.list.search-many",
    title: "A search finds a word that most requests have, a word that few have, and both together, page by page.",
    guards: "In a large store a search leaves out what doesn't fit an index.",
    run: async ({ open }) => {
      const store = await open();
      const records = Array.from({ length: 2_400 }, (_, n) =>
        request(hex(n), {
          tool: n % 60 === 7 ? "refund" : "send_payment",
          agent: "ops",
          state: n % 2 === 0 ? "done" : "pending",
          threadId: `chat-${n % 7}`,
          askedAt: T0 + Math.floor(n / 3),
          terms: { roles: ["finance"] },
        }),
      );
      await all(store, records);
      for (const query of [{ search: "refund" }, { search: "pay refund" }, { search: "refund chat 3" }, { search: "OPS ref" }] as const)
        for (const more of [
          {},
          { status: "pending" },
          { reviewableBy: FIONA },
          { visibleTo: FIONA },
          { visibleTo: { id: "eve" } },
        ] as const)
          await finds(store, records, { ...query, ...more });
      for (const query of [{ search: "PAYM" }, { search: "chat send" }, { search: "p", visibleTo: FIONA }] as const)
        for (const order of ["oldest", "newest", "deadline"] as const) {
          const pages = await everyPage(store, { ...query, order, limit: 500 });
          same(pages.length, 2_360, `${order} of ${JSON.stringify(query)}`);
          same(await store.countRequests(TENANT, query, 3_000), 2_360, `the count of ${JSON.stringify(query)}`);
        }
    },
  },
  {
    id: "store.list.search-limits",
    title: "A search of more than 200 characters or 10 words is INVALID_ARGS, in a list and in a count.",
    guards: "A text pasted by mistake keeps a database busy for minutes.",
    run: async ({ open }) => {
      const store = await open();
      await all(store, [request("r1")]);
      for (const search of ["x".repeat(201), "a b c d e f g h i j k"]) {
        await throwsCode(() => store.listRequests(TENANT, { search }), "INVALID_ARGS", `a list, of ${search.slice(0, 21)}`);
        await throwsCode(() => store.countRequests(TENANT, { search }, 10), "INVALID_ARGS", `a count, of ${search.slice(0, 21)}`);
      }
      for (const search of ["x".repeat(200), "a b c d e f g h i j"]) same(await found(store, { search }), [], "as much as there may be");
    },
  },
  {
    id: "store.list.together",
    title: "Conditions of every kind hold at once, in every order.",
    guards: "A page that filters what may be seen shows everything as soon as somebody searches.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const query of TOGETHER) await finds(store, records, query);
    },
  },
];
