import type { StorePort } from "@countersign/core/store";
import { same, throwsCode } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { everyEvent } from "../pages.ts";
import { commit, event, placesOf, put, request, TENANT } from "../records.ts";

/** Three chains, written in turns. */
async function chains(store: StorePort): Promise<readonly string[]> {
  for (let seq = 1; seq <= 4; seq++) await commit(store, [], [event("r9", seq), event("thread/pay-001", seq), event("r1", seq)]);
  return [1, 2, 3, 4].flatMap((seq) => [`r9/${seq}`, `thread/pay-001/${seq}`, `r1/${seq}`]);
}

export const eventCases: readonly StoreCase[] = [
  {
    id: "store.events.order",
    title: "Events come in the order of their commits, page by page, and in a batch's own order.",
    guards: "An export tells of a signature before the question.",
    run: async ({ open }) => {
      const store = await open();
      const all = await chains(store);
      for (const limit of [1, 5, 100]) same(placesOf((await everyEvent(store, { limit })).events), all, `pages of ${limit}`);
    },
  },
  {
    id: "store.events.position",
    title: "A reader that goes on from its last position finds what came since, and only that.",
    guards: "A notification is sent twice, or never.",
    run: async ({ open }) => {
      const store = await open();
      const empty = await store.listEvents(TENANT, undefined, 10);
      same(empty.events, [], "nothing yet");
      await chains(store);
      const all = await store.listEvents(TENANT, empty.position, 100);
      same(all.events.length, 12, "since there was nothing");
      const none = await store.listEvents(TENANT, all.position, 100);
      same(none.events, [], "since the last position");
      await commit(store, [], [event("r1", 5)], "other");
      await commit(store, [], [event("r1", 5)]);
      const since = await store.listEvents(TENANT, none.position, 100);
      same(placesOf(since.events), ["r1/5"], "one more, read from where nothing was");
      same((await store.listEvents(TENANT, since.position, 100)).events, [], "and then nothing");
    },
  },
  {
    id: "store.events.subject",
    title: "One chain can be read alone, page by page.",
    guards: "A chain can't be verified, because others are in between.",
    run: async ({ open }) => {
      const store = await open();
      await chains(store);
      for (const limit of [1, 3, 100]) {
        const { events } = await everyEvent(store, { limit, subject: "r1" });
        same(placesOf(events), ["r1/1", "r1/2", "r1/3", "r1/4"], `pages of ${limit}`);
      }
      same((await store.listEvents(TENANT, undefined, 10, "nobody")).events, [], "of nobody");
    },
  },
  {
    id: "store.events.members",
    title: "Every member of an event comes back as it was.",
    guards: "The hash of an event no longer fits it, and an honest trail looks forged.",
    run: async ({ open }) => {
      const store = await open();
      const actor = { id: "alice", name: "Alice", roles: ["finance"], kind: "person" as const };
      const full = { ...event("r1", 1), actor, data: { nested: { list: [1, null, "é"] }, "": 0 } };
      await commit(store, [], [full, event("r1", 2)]);
      same((await store.listEvents(TENANT, undefined, 10)).events, [full, event("r1", 2)], "the events");
    },
  },
  {
    id: "store.events.refused",
    title: "A refused batch leaves no event, and its places stay free.",
    guards: "The trail tells of a decision that never counted.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [put(request("r1"))], [event("r1", 1)]);
      await store.commit({ tenant: TENANT, changes: [put(request("r1"))], events: [event("r1", 2), event("r2", 1)] });
      await commit(store, [], [event("r1", 2, "second"), event("r2", 1, "first")]);
      const { events } = await store.listEvents(TENANT, undefined, 10);
      same(events, [event("r1", 1), event("r1", 2, "second"), event("r2", 1, "first")], "the events");
    },
  },
  {
    id: "store.events.cursor",
    title: "A position that isn't one is INVALID_ARGS.",
    guards: "An exporter with a damaged position begins again, or misses everything.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [], [event("r1", 1)]);
      for (const after of ["", " ", "not a position", "-1", "\u0000"])
        await throwsCode(() => store.listEvents(TENANT, after, 10), "INVALID_ARGS", `a position of ${JSON.stringify(after)}`);
    },
  },
];
