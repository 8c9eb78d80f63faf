import type { ThreadRead } from "@countersign/core/store";
import { holds, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { FULL_REQUEST } from "../full.ts";
import { addOpen, commit, idsOf, put, putThread, request, TENANT, thread } from "../records.ts";

export const readThreadCases: readonly StoreCase[] = [
  {
    id: "store.read.unfinished",
    title: "A thread is read with its requests that are pending, approved, executing or unknown, and no others.",
    guards: "A run goes on without an approval, or withdraws one that it doesn't know of.",
    run: async ({ open }) => {
      const store = await open();
      const unfinished = ["unknown", "pending", "executing", "approved"] as const;
      const finished = ["done", "failed", "rejected", "expired", "cancelled", "purged"] as const;
      const asked = [...unfinished, ...finished].map((state) => put(request(state, { state: "pending" })));
      const elsewhere = [put(request("other", { threadId: "pay-002" })), put(request("alike", { threadId: "pay-00" }))];
      await commit(store, [putThread(thread("pay-001")), putThread(thread("pay-002")), ...asked, ...elsewhere]);
      const early = await store.now();
      const waiting = await store.readThread(TENANT, "pay-001");
      same(idsOf(waiting.unfinished), [...unfinished, ...finished], "while everything waits");
      holds(waiting.now >= early, `the clock says ${waiting.now}, and said ${early} before`);
      await commit(
        store,
        [...unfinished, ...finished].map((state) => put(request(state, { state }), 1)),
      );
      const { thread: found, unfinished: left } = await store.readThread(TENANT, "pay-001");
      same(found, await store.getThread(TENANT, "pay-001"), "the thread");
      same(left, await Promise.all(unfinished.map((id) => store.getRequest(TENANT, id))), "what is under way in it");
      same(idsOf((await store.readThread(TENANT, "pay-002")).unfinished), ["other"], "another thread");
      same(idsOf((await store.readThread(TENANT, "pay-00")).unfinished), ["alike"], "one without a thread");
      const full = { ...FULL_REQUEST, id: "full", threadId: "pay-003", state: "executing" } as const;
      await commit(store, [put(full)]);
      same((await store.readThread(TENANT, "pay-003")).unfinished, [{ ...full, version: 1 }], "one with everything");
    },
  },
  {
    id: "store.read.moment",
    title: "A thread is read with its requests as they are at one moment, whatever is committed meanwhile.",
    guards: "A run sees a thread in which nothing waits, beside a request that does.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001"))]);
      const reads: Promise<ThreadRead>[] = [];
      for (let n = 0; n < 40; n++) {
        await commit(store, [put(request(`r${n}`)), addOpen("pay-001", 1)]);
        reads.push(store.readThread(TENANT, "pay-001"));
        await commit(store, [put(request(`r${n}`, { state: "rejected" }), 1), addOpen("pay-001", -1)]);
        reads.push(store.readThread(TENANT, "pay-001"));
      }
      const torn = (await Promise.all(reads)).filter(({ thread: found, unfinished }) => found?.open !== unfinished.length);
      same(torn, [], "reads that saw two moments");
    },
  },
];
