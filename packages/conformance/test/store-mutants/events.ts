import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEvent, StorePort } from "@countersign/core/store";
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
  wrapped("numbers-before-the-commit", ["store.shared.events"], (store) => ({
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
