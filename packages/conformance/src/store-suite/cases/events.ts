import type { StorePort } from "@countersign/core/store";
import { holds, same, throwsCode } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { having } from "../optional.ts";
import { everyEvent } from "../pages.ts";
import { commit, drop, event, placesOf, put, request, TENANT } from "../records.ts";

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
      for (const { position } of [empty, all, since])
        holds(/^[!-~]+$/.test(position), `a position has something else than printable ASCII: ${JSON.stringify(position)}`);
    },
  },
  {
    id: "store.events.full-pages",
    title: "A page with fewer events than its limit is the last one for now, of all chains and of one.",
    guards: "A live page believes that it has seen everything, and leaves out a signature.",
    run: async ({ open }) => {
      const store = await open();
      await chains(store);
      for (const [subject, count] of [
        [undefined, 12],
        ["r1", 4],
      ] as const) {
        for (const limit of [1, 2, 3, 4, 5, 11, 12, 13, 100]) {
          let [left, position]: [number, string | undefined] = [count, undefined];
          for (let last = false; !last;) {
            const page: Awaited<ReturnType<StorePort["listEvents"]>> = await store.listEvents(TENANT, position, limit, subject);
            same(page.events.length, Math.min(limit, left), `a page of ${limit}, with ${left} to come`);
            left -= page.events.length;
            ({ position } = page);
            last = page.events.length < limit;
          }
        }
      }
    },
  },
  {
    id: "store.events.end",
    title: "The end is behind all that is committed: whoever starts there gets what comes from then on, and only that.",
    guards: "A live page begins with ten years of events, or without the first new one.",
    run: async ({ open }) => {
      const store = having(await open(), "endOfEvents");
      const first = await store.endOfEvents(TENANT);
      await chains(store);
      same((await store.listEvents(TENANT, first, 100)).events.length, 12, "since there was nothing");
      for (let seq = 5; seq < 8; seq++) {
        const end = await store.endOfEvents(TENANT);
        same((await store.listEvents(TENANT, end, 100)).events, [], "behind the end");
        await commit(store, [], [event("r9", seq), event("r1", seq)], "other");
        await commit(store, [], [event("r1", seq), event("r9", seq)]);
        same(placesOf((await store.listEvents(TENANT, end, 100)).events), [`r1/${seq}`, `r9/${seq}`], "what came since");
      }
      if (!store.closedThreads) return;
      await commit(store, [drop("r9", 7), drop("r1", 7), drop("thread/pay-001", 4)]);
      const end = await store.endOfEvents(TENANT);
      await commit(store, [], [event("r2", 1)]);
      same(placesOf((await store.listEvents(TENANT, end, 100)).events), ["r2/1"], "what came since all were dropped");
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
