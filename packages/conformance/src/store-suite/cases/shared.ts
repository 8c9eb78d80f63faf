import { setImmediate as breathe } from "node:timers/promises";
import type { Batch } from "@countersign/core/store";
import { has, holds, refused, same, within } from "../check.ts";
import { claimed } from "./due-claims.ts";
import type { StoreCase } from "../env.ts";
import { having } from "../optional.ts";
import { everyEvent, everyPage } from "../pages.ts";
import { allAtOnce } from "../process/start.ts";
import {
  addOpen,
  addUses,
  commit,
  event,
  grant,
  grantsOf,
  idsOf,
  placesOf,
  put,
  putGrant,
  putThread,
  request,
  requireFence,
  T0,
  TENANT,
  thread,
} from "../records.ts";

const times = <T>(count: number, make: (n: number) => T): readonly T[] => Array.from({ length: count }, (_, n) => make(n));
const batch = (...changes: Batch["changes"]): Batch => ({ tenant: TENANT, changes, events: [] });

export const sharedCases: readonly StoreCase[] = [
  {
    id: "store.shared.visible",
    title: "What one process was told is committed, every other one reads at once.",
    guards: "A decision is acknowledged, and the worker that looks for it finds the old state.",
    needs: ["shared"],
    run: async ({ open }) => {
      const [one, two] = [await open(), await open()];
      await commit(one, [putThread(thread("pay-001")), put(request("r1"))], [event("r1", 1)]);
      for (let n = 1; n <= 10; n++) {
        const [writer, reader] = n <= 5 ? [one, two] : [two, one];
        await commit(writer, [put(request("r1", { reason: `${n}` }), n), addOpen("pay-001", 1)], [event("r1", n + 1)]);
        has(await reader.getRequest(TENANT, "r1"), { reason: `${n}`, version: n + 1 }, "the request");
        has(await reader.getThread(TENANT, "pay-001"), { open: n }, "the thread");
        same((await reader.listRequests(TENANT, {})).items[0]?.reason, `${n}`, "the list");
        same((await reader.listEvents(TENANT, undefined, 100)).events.length, n + 1, "the events");
      }
    },
  },
  {
    id: "store.shared.put",
    title: "Several processes that change one record by compare-and-set lose no change.",
    guards: "Two signatures arrive at two servers, and one of them is gone.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001")), put(request("r1", { args: { amount: 0 } }))]);
      await allAtOnce(times(3, () => spawn("count", { times: 60 })));
      has(await store.getRequest(TENANT, "r1"), { args: { amount: 180 }, version: 181 }, "the request");
      has(await store.getThread(TENANT, "pay-001"), { open: 180, version: 1 }, "the thread");
    },
  },
  {
    id: "store.shared.floor",
    title: "A floor holds for several processes together.",
    guards: "A grant for a hundred uses is used a hundred and three times.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      await commit(store, [putGrant(grant("g1")), addUses("g1", 100)]);
      const spent = await allAtOnce(times(3, () => spawn("spend", { grant: "g1" })));
      same(
        spent.reduce((sum, uses) => sum + uses, 0),
        100,
        "uses taken together",
      );
      has((await grantsOf(store))[0], { uses: 0, version: 1 }, "the grant");
    },
  },
  {
    id: "store.shared.fence",
    title: "A process that lost its thread to another one is refused.",
    guards: "A paused worker comes back and writes over its successor.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001"))]);
      same(await claimed(store, { leaseMs: 0, limit: 1 }), [{ id: "pay-001", fence: 2 }], "the first claim");
      has(await store.getThread(TENANT, "pay-001"), { fence: 2, version: 2 }, "the thread");
      same(await spawn("due", { kind: "thread" }).result(), [{ id: "pay-001", fence: 3 }], "another process's claim");
      refused(await store.commit(batch(put(request("r1")), requireFence("pay-001", 2))), "FENCED", "the old fence");
      refused(await store.commit(batch(putThread(thread("pay-001"), 2))), "CONFLICT", "the old version");
      has(await store.getThread(TENANT, "pay-001"), { fence: 3, holder: "worker/2", version: 3 }, "the thread of the other one");
    },
  },
  {
    id: "store.shared.events",
    title: "A reader that goes on from its last position misses nothing while several processes write.",
    guards: "An event that was committed late has a lower number than one read before: it is never exported.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      const writers = times(3, (n) => spawn("append", { chain: `w${n}`, batches: 80 }));
      let writing = true;
      const written = within(60_000, "the writers", allAtOnce(writers)).finally(() => (writing = false));
      // When the reader finds something wrong first, the writers are killed, and nobody waits for them.
      written.catch(() => {});
      const read: string[] = [];
      let position: string | undefined;
      for (let last = false; !last;) {
        last = !writing;
        const page = await everyEvent(store, { limit: 25, ...(position === undefined ? {} : { from: position }) });
        read.push(...placesOf(page.events));
        position = page.position;
        // A store may answer without ever letting this process do anything else.
        await breathe();
      }
      await written;
      const all = times(3, (w) => times(80, (n) => times(1 + (n % 3), (step) => `w${w}/${n}/${step + 1}`))).flat(2);
      same(
        all.filter((place) => !read.includes(place)),
        [],
        "events that the reader missed",
      );
      same(read.length, all.length, "events that were read, beside those that were written");
      const again = placesOf((await everyEvent(store)).events);
      same(again.toSorted(), read.toSorted(), "reading again from the start");
      // Each writer begins a commit when the one before is there.
      for (const [places, what] of [[read, "meanwhile"], [again, "afterwards"]] as const) // prettier-ignore
        for (const w of ["w0/", "w1/", "w2/"])
          same(places.filter((place) => place.startsWith(w)), all.filter((place) => place.startsWith(w)), `those of ${w}, read ${what}`); // prettier-ignore
    },
  },
  {
    id: "store.shared.end",
    title: "Whoever starts at the end while several processes write gets all that is committed later, and nothing from before.",
    guards: "A commit that was under way when a live page was opened is never shown on it.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = having(await open(), "endOfEvents");
      const writers = times(3, (n) => spawn("append", { chain: `w${n}`, batches: 60 }));
      let writing = true;
      const written = within(60_000, "the writers", allAtOnce(writers)).finally(() => (writing = false));
      written.catch(() => {});
      const starts: { readonly before: readonly string[]; readonly end: string; readonly after: readonly string[] }[] = [];
      while (writing) {
        const before = placesOf((await everyEvent(store)).events);
        const end = await store.endOfEvents(TENANT);
        starts.push({ before, end, after: placesOf((await everyEvent(store)).events) });
        await breathe();
      }
      await written;
      const all = placesOf((await everyEvent(store)).events);
      for (const { before, end, after } of starts) {
        const got = new Set(placesOf((await everyEvent(store, { from: end })).events));
        const [early, known] = [new Set(before), new Set(after)];
        same(all.filter((place) => !known.has(place) && !got.has(place)), [], "what was committed later and didn't come"); // prettier-ignore
        same(all.filter((place) => early.has(place) && got.has(place)), [], "what was there before and came"); // prettier-ignore
      }
    },
  },
  {
    id: "store.shared.atomic",
    title: "No process ever sees half of another one's batch.",
    guards: "A worker wakes a thread whose decision it can't find.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      const writer = spawn("halves", {});
      await writer.heard(1);
      for (let n = 0; n < 200; n++) {
        // Whatever is read first was committed together with something that must be there by now.
        const [first, then] = n % 2 === 0 ? ["one", "two"] : ["two", "one"];
        const early = (await store.getRequest(TENANT, first))?.version ?? 0;
        const late = (await store.getRequest(TENANT, then))?.version ?? 0;
        holds(late >= early, `one half of batch ${early} was there without the other`);
        const { items } = await store.listRequests(TENANT, {});
        holds(new Set(items.map(({ version }) => version)).size === 1, "a list shows half of a batch");
        const { events } = await store.listEvents(TENANT, undefined, 100_000, n % 2 === 0 ? "two" : "one");
        holds((events.at(-1)?.seq ?? 0) >= early, `the event of batch ${early} wasn't there with it`);
      }
      await writer.kill();
    },
  },
  {
    id: "store.shared.paging",
    title: "Pages stay right while another process asks before and behind them.",
    guards: "Under load a request is never shown to anybody.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      const records = times(200, (n) => request(`r${String(n).padStart(3, "0")}`, { askedAt: T0 + Math.floor(n / 3) }));
      await commit(
        store,
        records.map((record) => put(record)),
      );
      // With pauses: the reader has to come through them.
      const crowd = spawn("crowd", { name: "crowd", pause: 10 });
      await crowd.heard(1);
      for (const order of ["oldest", "newest"] as const) {
        const seen: string[] = [];
        let after: string | undefined;
        let asked = 1;
        let pages = 0;
        // What is asked meanwhile lies where the reader has been, or beyond where it stops.
        const most = (await store.countRequests(TENANT, {}, 1_000_000)) / 10 + 50;
        // Behind them it goes on for ever: reading ends where they end.
        do {
          const page = await store.listRequests(TENANT, { order, limit: 10, ...(after === undefined ? {} : { after }) });
          seen.push(...idsOf(page.items).filter((id) => id.startsWith("r")));
          holds(new Set(seen).size === seen.length, `${order} first, a request came twice`);
          const last = page.items.at(-1)?.askedAt ?? T0;
          asked = (await crowd.heard(asked + 1)).length;
          holds(++pages <= most, `${order} first, the pages never end`);
          after = (order === "oldest" ? last > T0 + 100 : last < T0) ? undefined : page.next;
        } while (after !== undefined);
        same(seen, order === "oldest" ? idsOf(records) : [...idsOf(records)].reverse(), `${order} first`);
      }
      await crowd.kill();
      same(idsOf(await everyPage(store, { threadId: "pay-001", limit: 100 })).filter((id) => id.startsWith("r")).length, 200, "afterwards");
    },
  },
  {
    id: "store.shared.first",
    title: "Several processes may open a new location at the same moment.",
    guards: "The first deploy of three servers starts two of them.",
    needs: ["shared"],
    run: async ({ open, spawn, location }) => {
      for (let round = 0; round < 3; round++) {
        const at = `${location}-${round}`;
        await allAtOnce(times(4, (n) => spawn("first", { id: `r${n}` }, at)));
        const store = await open(at);
        same([...idsOf((await store.listRequests(TENANT, {})).items)].sort(), ["r0", "r1", "r2", "r3"], "what they asked");
        await store.close();
      }
    },
  },
];
