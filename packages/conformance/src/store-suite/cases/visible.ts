import type { Principal } from "@countersign/core";
import type { RequestQuery, RequestRecord, StorePort } from "@countersign/core/store";
import { same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { filled, finds } from "../finds.ts";
import { signed } from "../mixture.ts";
import { commit, idsOf, put, request, T0, TENANT } from "../records.ts";

const PEOPLE: readonly RequestQuery[] = [
  { visibleTo: { id: "alice" } },
  { visibleTo: { id: "bob", roles: ["finance"] } },
  { visibleTo: { id: "carol", roles: ["finance", "legal", "finance"] } },
  { visibleTo: { id: "dave", roles: [] } },
  { visibleTo: { id: "finance", roles: ["bob"] } },
  { visibleTo: { id: "carol", kind: "service" } },
  { visibleTo: { id: "bob", roles: ["finance"] }, status: "pending" },
  { visibleTo: { id: "bob", roles: ["finance"] }, status: "pending", order: "deadline" },
  { visibleTo: { id: "alice", aliases: ["dave"] }, status: "pending", order: "newest" },
  { visibleTo: { id: "dave", roles: [] }, status: "pending", tool: "tool-1" },
  { visibleTo: { id: "carol", kind: "service" }, status: "pending", agent: "agent-0", order: "deadline" },
  { visibleTo: { id: "alice" }, status: "pending", decidedBy: "bob" },
  { visibleTo: { id: "bob", roles: ["finance"] }, execution: "unknown" },
  { visibleTo: { id: "bob", roles: ["finance"] }, status: "rejected" },
  { visibleTo: { id: "carol", roles: ["legal"] }, execution: "done", tool: "tool-1" },
  { visibleTo: { id: "carol", roles: ["legal"] }, agent: "agent-0", requestedBy: "alice" },
  { visibleTo: { id: "carol", kind: "service" }, threadId: "thread-1" },
  { visibleTo: { id: "carol", kind: "service" }, digest: "digest-1" },
  { visibleTo: { id: "bob", kind: "service" }, reviewableBy: { id: "carol", roles: ["finance"] } },
  { visibleTo: { id: "carol", kind: "service" }, decidedBy: "alice" },
  { visibleTo: { id: "bob", roles: Array.from({ length: 600 }, (_, n) => (n === 599 ? "finance" : `role-${n}`)), kind: "person" } },
];

const SIGNERS: readonly RequestQuery[] = [
  { decidedBy: "alice" },
  { decidedBy: "carol" },
  { decidedBy: "eve" },
  { decidedBy: { id: "alice", aliases: ["carol"] } },
  { decidedBy: { id: "eve", aliases: ["bob"] }, order: "newest", limit: 2 },
  { decidedBy: "bob", status: "pending" },
  { decidedBy: "bob", execution: "unknown" },
  { decidedBy: "carol", tool: "tool-1", agent: "agent-1" },
  { decidedBy: "carol", requestedBy: "alice" },
  { decidedBy: "alice", threadId: "thread-2" },
  { decidedBy: "alice", digest: "digest-0" },
  { decidedBy: "carol", reviewableBy: { id: "bob", roles: ["finance"] } },
  { decidedBy: "carol", askedBefore: T0 + 5 },
];

const ALICE = { id: "alice" };
const ALICE_ON_THE_PAGE = { id: "https://id.example.com 117", aliases: ["alice", "a@example.com"] };
const LEGAL = { terms: { roles: ["legal"] } };

const signedBy = (by: Principal): RequestRecord["decisions"] => [{ ...signed(by.id, "digest-0"), by }];

const ALIASED: readonly (readonly [id: string, record: Partial<RequestRecord>])[] = [
  ["named-by-id", { terms: { reviewers: [ALICE_ON_THE_PAGE.id] }, state: "expired" }],
  ["named-by-alias", { terms: { reviewers: ["alice"] }, state: "done" }],
  ["named-otherwise", { terms: { reviewers: ["carol"] } }],
  ["asked-by-alias", { ...LEGAL, requestedBy: ALICE }],
  ["asked-by-id", { ...LEGAL, requestedBy: { id: "a@example.com", aliases: ["someone"] }, state: "cancelled" }],
  ["asked-by-two", { ...LEGAL, requestedBy: { id: "someone", aliases: ["alice"] }, state: "unknown" }],
  ["signed-by-alias", { ...LEGAL, decisions: signedBy(ALICE), state: "rejected" }],
  ["signed-by-id", { ...LEGAL, decisions: signedBy({ id: "someone", aliases: [ALICE_ON_THE_PAGE.id] }) }],
  ["nothing-of-hers", LEGAL],
];

/** Names that are something else wherever they are pasted. */
const HOSTILE = ['"', "'", "%", "_", "\\", "\u0000", "é", "🙂", "a/b", "a,b", '","', "[]", "{}", "NULL", "anyone", "\\u0000", "\ud800"];

async function visible(store: StorePort, by: Principal): Promise<readonly string[]> {
  return [...idsOf((await store.listRequests(TENANT, { visibleTo: by, limit: 1_000 })).items)].sort();
}

export const visibleCases: readonly StoreCase[] = [
  {
    id: "store.list.visible",
    title: "`visibleTo` finds, in every state, what this person may or might decide, has decided or asked for, and nothing else.",
    guards: "A page shows people what is none of their business, or keeps from them what they have signed.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const query of PEOPLE) await finds(store, records, query);
    },
  },
  {
    id: "store.list.decided",
    title: "`decidedBy` finds whatever somebody has signed under this id, alone and with other conditions.",
    guards: "An auditor who asks what somebody signed is not told of all of it.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const query of SIGNERS) await finds(store, records, query);
    },
  },
  {
    id: "store.list.visible-aliases",
    title: "`visibleTo` is about a person under each of their ids, and `decidedBy` finds signers by each of theirs.",
    guards: "Somebody who signed on the command line doesn't find it on the page.",
    run: async ({ open }) => {
      const aliased = ALIASED.map(([id, record]) => request(id, record));
      const { store, records } = await filled(open, aliased);
      const hers = idsOf(records).filter((id) => !["named-otherwise", "nothing-of-hers"].includes(id));
      same(await visible(store, ALICE_ON_THE_PAGE), hers.toSorted(), "what Alice may see, known by all ids");
      for (const visibleTo of [ALICE, ALICE_ON_THE_PAGE, { id: "someone" }, { id: "carol" }])
        for (const more of [{}, { threadId: "pay-001" }, { digest: "digest-1" }, { status: "pending" }] as const)
          await finds(store, records, { visibleTo, ...more });
      for (const decidedBy of ["alice", "someone", ALICE_ON_THE_PAGE.id, "a@example.com"]) await finds(store, records, { decidedBy });
    },
  },
  {
    id: "store.list.visible-follows",
    title:
      "Who was invited is found by `visibleTo` also after an escalation and after the end, and who signs from then on, until it is purged.",
    guards: "A request is gone for those who were asked about it as soon as somebody else has decided.",
    run: async ({ open }) => {
      const store = await open();
      const people = {
        finance: { id: "fiona", roles: ["finance"] },
        legal: { id: "lena", roles: ["legal"] },
        cfo: { id: "dora", roles: ["cfo"] },
        carol: { id: "carol" },
        alias: { id: "c@example.com", aliases: ["carol"] },
        bob: { id: "bob" },
        bot: { id: "bot", roles: ["finance", "cfo"], kind: "service" },
      } as const;
      const seen = async (who: readonly (keyof typeof people)[], what: string): Promise<void> => {
        for (const [name, visibleTo] of Object.entries(people)) {
          const count = who.includes(name as keyof typeof people) ? 1 : 0;
          for (const more of [{}, { threadId: "pay-001" }, { order: "deadline" }] as const)
            same((await store.listRequests(TENANT, { visibleTo, ...more })).items.length, count, `${what}, for ${name}`);
          same(await store.countRequests(TENANT, { visibleTo }, 10), count, `${what}, counted for ${name}`);
        }
      };
      let version = 0;
      let record = request("r1", { terms: { roles: ["finance"], quorum: 2 }, requestedBy: { id: "bob" } });
      const becomes = async (over: Partial<RequestRecord>): Promise<void> => {
        record = { ...record, ...over };
        await commit(store, [put(record, version++)]);
      };
      await becomes({});
      await seen(["finance", "bob"], "asked of finance");
      await becomes({ terms: { roles: ["legal"], quorum: 2 } });
      await seen(["legal", "bob"], "asked of legal instead, by an edit");
      await becomes({ terms: { roles: ["legal", "cfo"], quorum: 2 } });
      await seen(["legal", "cfo", "bob"], "escalated to the CFO");
      const decisions = signedBy({ id: "carol", aliases: ["page"] });
      await becomes({ decisions });
      await seen(["legal", "cfo", "bob", "carol", "alias"], "signed by Carol");
      same(await store.countRequests(TENANT, { decidedBy: "page" }, 10), 1, "signed under Carol's other id");
      await becomes({ state: "approved", decidedAt: T0 + 5 });
      await seen(["legal", "cfo", "bob", "carol", "alias"], "approved");
      await becomes({ state: "executing" });
      await becomes({ state: "done", result: 1 });
      await seen(["legal", "cfo", "bob", "carol", "alias"], "done");
      same(await store.countRequests(TENANT, { decidedBy: "carol", execution: "done" }, 10), 1, "done, signed by Carol");
      await becomes({ state: "purged", was: "done", terms: {}, requestedBy: undefined, decisions: [], result: undefined });
      await seen([], "purged");
      same(await store.countRequests(TENANT, { decidedBy: "carol" }, 10), 0, "purged, signed by Carol");
    },
  },
  {
    id: "store.list.names",
    title: "People and roles with any characters in their names are found by just these names.",
    guards: "Whoever has a percent sign in their name sees what everybody signed.",
    run: async ({ open }) => {
      const store = await open();
      const records = HOSTILE.flatMap((name, n) => [
        request(`role-${n}`, { terms: { roles: [name] } }),
        request(`named-${n}`, { terms: { reviewers: [name] }, state: "expired" }),
        request(`asked-${n}`, { ...LEGAL, requestedBy: { id: name } }),
        request(`signed-${n}`, { ...LEGAL, decisions: signedBy({ id: name }), state: "done" }),
      ]);
      await commit(
        store,
        records.map((record) => put(record)),
      );
      for (const [n, name] of HOSTILE.entries()) {
        const what = `known as ${JSON.stringify(name)}`;
        same(await visible(store, { id: name }), [`asked-${n}`, `named-${n}`, `signed-${n}`], what);
        same(await visible(store, { id: "eve", roles: [name] }), [`role-${n}`], `${what}, a role`);
        const { items } = await store.listRequests(TENANT, { decidedBy: name });
        same(idsOf(items), [`signed-${n}`], `${what}, signed`);
        const pending = await store.listRequests(TENANT, { visibleTo: { id: name, roles: [name] }, status: "pending", order: "deadline" });
        same([...idsOf(pending.items)].sort(), [`asked-${n}`, `role-${n}`], `${what}, pending`);
      }
    },
  },
];
