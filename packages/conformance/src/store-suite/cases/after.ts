import { setImmediate as breathe } from "node:timers/promises";
import { same, within } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { allAtOnce } from "../process/start.ts";
import { commit, idsOf, put, putThread, request, T0, TENANT, thread } from "../records.ts";

/** Whoever counts goes on from the last request that was counted. */
export const afterCases: readonly StoreCase[] = [
  {
    id: "store.read.after",
    title: "The requests of a thread behind one of them are those that were recorded after it; behind none of its own, all.",
    guards: "A limit leaves calls out that were recorded in the same moment, or counts others twice.",
    run: async ({ open }) => {
      const store = await open();
      const names = ["m", "z", "a"];
      await commit(
        store,
        names.map((name) => put(request(name))),
      );
      await commit(store, [put(request("b", { turnId: "msg_2", askedAt: T0 - 1 })), put(request("x", { threadId: "pay-002" }))]);
      await commit(store, [put(request("m", { reason: "changed" }), 1)]);
      const after = async (id: string, threadId = "pay-001") => idsOf(await store.requestsOfThread(TENANT, threadId, id));
      same(await after("m"), ["z", "a", "b"], "behind the first");
      same(await after("a"), ["b"], "behind one in the middle");
      same(await after("b"), [], "behind the last");
      same(await after("nobody"), [...names, "b"], "behind none");
      same(await after("m", "pay-002"), ["x"], "behind one of another thread");
    },
  },
  {
    id: "store.shared.after",
    title: "A reader that goes on from a thread's last request misses none while several processes record more.",
    guards: "A call that is committed late stands before one that was counted: no limit ever counts it.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      await commit(store, [putThread(thread("pay-001"))]);
      let writing = true;
      const writers = allAtOnce([0, 1, 2].map((n) => spawn("record", { name: `w${n}`, times: 60 })));
      const written = within(60_000, "the writers", writers).finally(() => (writing = false));
      // When the reader finds something wrong first, the writers are killed, and nobody waits for them.
      written.catch(() => {});
      const read: string[] = [];
      for (let last = false; !last;) {
        last = !writing;
        read.push(...idsOf(await store.requestsOfThread(TENANT, "pay-001", read.at(-1))));
        // A store may answer without ever letting this process do anything else.
        await breathe();
      }
      await written;
      same(read, idsOf(await store.requestsOfThread(TENANT, "pay-001")), "what was read bit by bit");
      same(read.length, 180, "all of it");
    },
  },
];
