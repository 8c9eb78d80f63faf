import { has, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { everyPage } from "../pages.ts";
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
  T0,
  TENANT,
  thread,
} from "../records.ts";

const KEPT = [
  putThread(thread("pay-001", { continuation: new Uint8Array([1, 2]), context: { a: [1] }, fence: 3 })),
  put(request("r1", { result: { paid: true }, expiresAt: T0, noticeAt: T0 })),
  put(request("r0")),
  putGrant(grant("g1")),
  addOpen("pay-001", 2),
  addUses("g1", 3),
];

export const reopenCases: readonly StoreCase[] = [
  {
    id: "store.reopen.kept",
    title: "Everything that was committed is there after closing and opening again, counters and leases too.",
    guards: "A deploy loses what waits for a signature.",
    needs: ["durable"],
    run: async ({ open }) => {
      const store = await open();
      await commit(store, KEPT, [event("r1", 1)]);
      await commit(store, [putThread(thread("due"))]);
      await store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs: 600_000, limit: 1 });
      const claimed = await store.getThread(TENANT, "due");
      await store.close();
      const again = await open();
      same(
        await again.getRequest(TENANT, "r1"),
        { ...request("r1", { result: { paid: true }, expiresAt: T0, noticeAt: T0 }), version: 1 },
        "the request",
      );
      has(
        await again.getThread(TENANT, "pay-001"),
        { open: 2, fence: 3, version: 1, context: { a: [1] }, continuation: new Uint8Array([1, 2]) },
        "the thread",
      );
      has((await grantsOf(again))[0], { uses: 3, version: 1 }, "the grant");
      same(await again.getThread(TENANT, "due"), claimed, "the claimed thread");
      same(idsOf(await again.requestsOfTurn(TENANT, "pay-001", "msg_1")), ["r1", "r0"], "the order of asking");
      for (const kind of ["expiry", "notice"] as const)
        same(idsOf(await again.claimDue(kind, { tenant: TENANT, holder: "h", leaseMs: 1, limit: 9 })), ["r1"], `what is due: ${kind}`);
      same(await again.claimDue("thread", { tenant: TENANT, holder: "h", leaseMs: 1, limit: 9 }), [], "what is leased");
      same((await again.listEvents(TENANT, undefined, 10)).events, [event("r1", 1)], "the events");
      const second = await again.commit({ tenant: TENANT, changes: [], events: [event("r1", 1, "again")] });
      same(second.ok, false, "a place in a chain that was taken before");
    },
  },
  {
    id: "store.reopen.cursors",
    title: "Cursors and positions from before still lead on after opening again.",
    guards: "After a restart an exporter begins again, or misses what came meanwhile.",
    needs: ["durable"],
    run: async ({ open }) => {
      const store = await open();
      await commit(
        store,
        Array.from({ length: 10 }, (_, n) => put(request(`r${n}`, { askedAt: T0 + n }))),
        [1, 2, 3].map((seq) => event("r1", seq)),
      );
      const { position } = await store.listEvents(TENANT, undefined, 2);
      const end = await store.endOfEvents?.(TENANT);
      const { next } = await store.listRequests(TENANT, { limit: 4 });
      await store.close();
      const again = await open();
      await commit(again, [put(request("r99", { askedAt: T0 + 99 }))], [event("r1", 4)]);
      same(placesOf((await again.listEvents(TENANT, position, 10)).events), ["r1/3", "r1/4"], "events from the position on");
      if (end !== undefined) same(placesOf((await again.listEvents(TENANT, end, 10)).events), ["r1/4"], "events from the end on");
      const rest = await everyPage(again, { limit: 4, ...(next === undefined ? {} : { after: next }) });
      same(idsOf(rest).slice(0, 6), next === undefined ? [] : ["r4", "r5", "r6", "r7", "r8", "r9"], "requests from the cursor on");
    },
  },
  {
    id: "store.reopen.unclosed",
    title: "What a process committed is there when the process ended without closing the store.",
    guards: "A crash loses acknowledged decisions.",
    needs: ["durable"],
    run: async ({ open, spawn }) => {
      const child = spawn("commit", { batches: [{ tenant: TENANT, changes: KEPT.slice(1), events: [event("r1", 1)] }] });
      child.go();
      same((await child.result())[0]?.ok, false, "additions to no thread");
      const good = [putThread(thread("pay-001")), ...KEPT.slice(1)];
      const second = spawn("commit", { batches: [{ tenant: TENANT, changes: good, events: [event("r1", 1)] }] });
      second.go();
      same(await second.result(), [{ ok: true }], "the commit in another process");
      const store = await open();
      has(await store.getRequest(TENANT, "r1"), { result: { paid: true }, version: 1 }, "the request");
      has(await store.getThread(TENANT, "pay-001"), { open: 2 }, "the thread");
      same((await store.listEvents(TENANT, undefined, 10)).events, [event("r1", 1)], "the events");
    },
  },
];
