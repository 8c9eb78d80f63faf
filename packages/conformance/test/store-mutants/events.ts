import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEvent, StorePort } from "@countersign/core/store";
import { having } from "../../src/store-suite/optional.ts";
import { thread } from "../../src/store-suite/records.ts";
import { wrapped, type Mutant } from "./mutant.ts";

type Page = Awaited<ReturnType<StorePort["listEvents"]>>;

const pagesAs = (store: StorePort, look: (page: Page) => Page): Partial<StorePort> => ({
  listEvents: async (...of) => look(await store.listEvents(...of)),
});

/** A number for each event, taken before its commit: they come true in another order. */
async function numberFor(store: StorePort, tenant: string): Promise<number> {
  for (;;) {
    const last = await store.getThread("numbers", tenant);
    const expects = last?.version ?? 0;
    const { ok } = await store.commit({
      tenant: "numbers",
      changes: [{ op: "put", kind: "thread", record: thread(tenant), expects }],
      events: [],
    });
    if (ok) return expects + 1;
  }
}

const numberOf = ({ hash }: AuditEvent): number => Number(hash.split("#")[1] ?? 0);

export const eventMutants: readonly Mutant[] = [
  wrapped("events-by-subject", ["store.events.order"], (store) =>
    pagesAs(store, ({ events, position }) => ({ events: [...events].sort((a, b) => (a.subject < b.subject ? -1 : 1)), position })),
  ),
  wrapped("position-one-behind", ["store.events.position"], (store) =>
    pagesAs(store, ({ events, position }) => ({ events, position: events.length > 0 ? String(Number(position) - 1) : position })),
  ),
  wrapped("position-of-the-end", ["store.events.order", "store.shared.events"], (store) => ({
    listEvents: async (tenant, after, limit, subject) => {
      const { events } = await store.listEvents(tenant, after, limit, subject);
      return { events, position: (await store.listEvents(tenant, after, 1_000_000)).position };
    },
  })),
  wrapped("short-pages", ["store.events.full-pages"], (store) => ({
    listEvents: (tenant, after, limit, subject) => store.listEvents(tenant, after, Math.min(limit, 7), subject),
  })),
  wrapped("short-chains", ["store.events.full-pages"], (store) => ({
    listEvents: (tenant, after, limit, subject) =>
      store.listEvents(tenant, after, subject === undefined ? limit : Math.min(limit, 2), subject),
  })),
  wrapped("end-of-a-page", ["store.events.end"], (store) => ({
    endOfEvents: async (tenant) => (await store.listEvents(tenant, undefined, 10)).position,
  })),
  wrapped("end-before-the-last", ["store.events.end", "store.reopen.cursors"], (store) => ({
    endOfEvents: async (tenant) => String(Math.max(0, Number(await having(store, "endOfEvents").endOfEvents(tenant)) - 1)),
  })),
  wrapped("end-beyond-the-next", ["store.events.end"], (store) => ({
    endOfEvents: async (tenant) => String(Number(await having(store, "endOfEvents").endOfEvents(tenant)) + 1),
  })),
  wrapped("end-of-some-time-ago", ["store.shared.end"], (store) => {
    const ends = new Map<string, { readonly at: number; readonly end: string }>();
    return {
      endOfEvents: async (tenant) => {
        const known = ends.get(tenant);
        if (known && Date.now() - known.at < 200) return known.end;
        const end = await having(store, "endOfEvents").endOfEvents(tenant);
        ends.set(tenant, { at: Date.now(), end });
        return end;
      },
    };
  }),
  wrapped("positions-of-two-lines", ["store.events.position"], (store) => ({
    listEvents: async (tenant, after, limit, subject) => {
      const page = await store.listEvents(tenant, after?.trim(), limit, subject);
      return { ...page, position: `${page.position}\n` };
    },
  })),
  wrapped("all-chains", ["store.events.subject"], (store) => ({
    listEvents: (tenant, after, limit) => store.listEvents(tenant, after, limit),
  })),
  wrapped("forgets-actors", ["store.events.members"], (store) =>
    pagesAs(store, ({ events, position }) => ({ events: events.map((event) => ({ ...event, actor: undefined })), position })),
  ),
  wrapped("forgives-positions", ["store.events.cursor"], (store) => ({
    listEvents: async (tenant, after, limit, subject) =>
      store.listEvents(tenant, after, limit, subject).catch(() => store.listEvents(tenant, undefined, limit, subject)),
  })),
  wrapped("numbers-before-the-commit", ["store.shared.events", "store.shared.end"], (store) => ({
    endOfEvents: async (tenant) => String(Math.max(0, ...(await store.listEvents(tenant, undefined, 1_000_000)).events.map(numberOf))),
    commit: async (batch) => {
      const number = await numberFor(store, batch.tenant);
      await sleep(Math.random() * 4);
      return store.commit({ ...batch, events: batch.events.map((event) => ({ ...event, hash: `${event.hash}#${number}` })) });
    },
    listEvents: async (tenant, after, limit, subject) => {
      const { events } = await store.listEvents(tenant, undefined, 1_000_000, subject);
      const later = events.filter((event) => numberOf(event) > Number(after ?? 0)).sort((a, b) => numberOf(a) - numberOf(b));
      const end = later[limit - 1] ?? later.at(-1);
      const page = later.filter((event) => end && numberOf(event) <= numberOf(end)).slice(0, limit + 3);
      return {
        events: page.map((event) => ({ ...event, hash: event.hash.split("#")[0] ?? "" })),
        position: end ? String(numberOf(end)) : (after ?? "0"),
      };
    },
  })),
  wrapped("positions-of-one-opening", ["store.reopen.cursors"], (store) => {
    const opening = Math.random().toString(36).slice(2);
    return {
      listEvents: async (tenant, after, limit, subject) => {
        const known = after?.startsWith(`${opening}-`) ? after.slice(opening.length + 1) : undefined;
        const { events, position } = await store.listEvents(tenant, known, limit, subject);
        return { events, position: `${opening}-${position}` };
      },
    };
  }),
];
