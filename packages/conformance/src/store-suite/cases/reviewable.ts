import type { Principal } from "@countersign/core";
import type { RequestQuery, RequestRecord } from "@countersign/core/store";
import { same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { filled, finds } from "../finds.ts";
import { signed } from "../mixture.ts";
import { commit, idsOf, put, request, TENANT } from "../records.ts";

const REVIEWERS: readonly RequestQuery[] = [
  { reviewableBy: { id: "alice" } },
  { reviewableBy: { id: "bob", roles: ["finance"] } },
  { reviewableBy: { id: "carol", roles: ["finance", "legal", "finance"] } },
  { reviewableBy: { id: "dave", roles: [] } },
  { reviewableBy: { id: "finance", roles: ["bob"] } },
  { reviewableBy: { id: "bob", roles: ["finance", "legal"] }, tool: "tool-1" },
  { reviewableBy: { id: "bob", roles: ["legal"] }, requestedBy: "alice", agent: "agent-0" },
  { reviewableBy: { id: "bob", roles: ["legal", "finance"] }, threadId: "thread-1" },
  { reviewableBy: { id: "carol", roles: ["finance"] }, digest: "digest-1" },
  { reviewableBy: { id: "bob", roles: ["finance"] }, status: "approved" },
  { reviewableBy: { id: "bob", roles: Array.from({ length: 600 }, (_, n) => (n === 599 ? "finance" : `role-${n}`)) } },
];

const ALICE = { id: "alice" };
const ALICE_ON_THE_PAGE = { id: "https://id.example.com 117", aliases: ["alice", "a@example.com"] };
const BOB = { id: "bob", roles: ["finance"] };

const signedBy = (by: Principal): RequestRecord["decisions"] => [{ ...signed(by.id, "digest-1"), by }];

const ALIASED: readonly (readonly [id: string, record: Partial<RequestRecord>])[] = [
  ["named-by-id", { terms: { reviewers: [ALICE_ON_THE_PAGE.id] } }],
  ["named-by-alias", { terms: { reviewers: ["alice"] } }],
  ["named-otherwise", { terms: { reviewers: ["carol"] } }],
  ["asked-by-alias", { terms: { fourEyes: true }, requestedBy: ALICE }],
  ["asked-by-id", { terms: { fourEyes: true }, requestedBy: { id: "a@example.com", aliases: ["alice"] } }],
  ["asked-without-four-eyes", { requestedBy: ALICE }],
  ["signed-by-alias", { terms: { quorum: 2 }, decisions: signedBy(ALICE) }],
  ["signed-by-id", { terms: { quorum: 2 }, decisions: signedBy(ALICE_ON_THE_PAGE) }],
];

export const reviewableCases: readonly StoreCase[] = [
  {
    id: "store.list.reviewable",
    title: "`reviewableBy` finds what this person may still sign: by role or name, not their own where four eyes hold, not signed already.",
    guards: "People are shown what they may not sign, and never see what waits for them.",
    run: async ({ open }) => {
      const { store, records } = await filled(open);
      for (const query of REVIEWERS) await finds(store, records, query);
    },
  },
  {
    id: "store.list.aliases",
    title: "`reviewableBy` is about a person under each of their ids: whoever is named, has asked or has signed under one of them.",
    guards: "Somebody who signed on the command line is asked for a second signature on the page, or never sees what names them there.",
    run: async ({ open }) => {
      const aliased = ALIASED.map(([id, record]) => request(id, record));
      const { store, records } = await filled(open, aliased);
      for (const reviewableBy of [ALICE, ALICE_ON_THE_PAGE, BOB]) {
        for (const more of [{}, { threadId: "pay-001" }, { digest: "digest-1" }]) await finds(store, records, { reviewableBy, ...more });
      }
      const { items } = await store.listRequests(TENANT, { reviewableBy: ALICE_ON_THE_PAGE });
      same(
        [...idsOf(items)].sort(),
        ["asked-without-four-eyes", "named-by-alias", "named-by-id"],
        "what Alice may sign, known by both ids",
      );
    },
  },
  {
    id: "store.list.services",
    title: "`reviewableBy` shows a service what names it, and neither what asks for its role nor what anybody may sign.",
    guards: "An automation takes the work of people for its own.",
    run: async ({ open }) => {
      const store = await open();
      const records = [
        request("anyone", {}),
        request("by-role", { terms: { roles: ["finance"] } }),
        request("named", { terms: { roles: ["legal"], reviewers: ["bot"] } }),
        request("named-by-alias", { terms: { reviewers: ["bot@example.com"] } }),
      ];
      await commit(
        store,
        records.map((record) => put(record)),
      );
      const bot = { id: "bot", roles: ["finance"], aliases: ["bot@example.com"] };
      for (const kind of ["person", "service", "automation"] as const) {
        const query = { reviewableBy: { ...bot, kind } };
        await finds(store, records, query);
        const { items } = await store.listRequests(TENANT, query);
        same(items.length, kind === "person" ? 4 : 2, `what a ${kind} may sign`);
      }
    },
  },
];
