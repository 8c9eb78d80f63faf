import { setTimeout as sleep } from "node:timers/promises";
import type { StorePort } from "@countersign/core/store";
import { holds, same, within } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { commit, put, putThread, request, TENANT, thread } from "../records.ts";

/** Looks again and again for so many ms. By the clock: in a busy process each look takes its time. */
async function until(ms: number, holdsNow: () => boolean): Promise<void> {
  for (const end = performance.now() + ms; !holdsNow() && performance.now() < end;) await sleep(20);
}

/** A hint may be lost, so the change comes again and again. */
async function heardSomehow(what: string, watching: StorePort, change: (n: number) => Promise<void>): Promise<void> {
  let heard = false;
  const off = watching.watch(() => (heard = true));
  for (let n = 0; n < 25 && !heard; n++) {
    await change(n);
    await until(200, () => heard);
  }
  off();
  holds(heard, `${what} was never heard`);
}

export const watchCases: readonly StoreCase[] = [
  {
    id: "store.watch.hears",
    title: "A store tells its listeners of commits and of claimed threads, whether it says `push` or not.",
    guards: "A decision waits for the next sweep, although somebody listens for it.",
    run: async ({ open }) => {
      const store = await open();
      await heardSomehow("a commit", store, (n) => commit(store, [put(request(`r${n}`))]));
      await heardSomehow("a claim", store, async (n) => {
        await commit(store, [putThread(thread(`t${n}`))]);
        await store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs: 60_000, limit: 1 });
      });
    },
  },
  {
    id: "store.watch.handles",
    title: "A store that says `push` tells its listeners of commits by another handle in the same process.",
    guards: "A worker beside the server in one process hears of everything but what that server decides.",
    needs: ["shared"],
    run: async ({ open }) => {
      const [store, other] = [await open(), await open()];
      if (!store.capabilities.push) return;
      await heardSomehow("another handle's commit", store, (n) => commit(other, [put(request(`r${n}`))]));
    },
  },
  {
    id: "store.watch.shared",
    title: "A store that says `push` tells its listeners of other processes' commits.",
    guards: "A worker doesn't notice what was decided elsewhere.",
    needs: ["shared"],
    run: async ({ open, spawn }) => {
      const store = await open();
      if (!store.capabilities.push) return;
      const crowd = spawn("crowd", { name: "crowd", pause: 10 });
      await crowd.heard(1);
      let heard = 0;
      const off = store.watch(() => heard++);
      await until(5_000, () => heard > 0);
      off();
      await crowd.kill();
      holds(heard > 0, "another process's commits were never heard");
    },
  },
  {
    id: "store.watch.off",
    title: "Whoever stops listening hears nothing more, and the others still do.",
    guards: "A page that was left keeps working for ever, or takes the others with it.",
    run: async ({ open }) => {
      const store = await open();
      let first = 0;
      let other = 0;
      const listener = (): void => void first++;
      const [off, offToo] = [store.watch(listener), store.watch(listener)];
      store.watch(() => other++);
      off();
      off();
      await heardSomehow("a commit by the second of two", store, (n) => commit(store, [put(request(`a${n}`))]));
      holds(first > 0, "taking one listener off took the other off too");
      offToo();
      await sleep(100);
      const [before, otherBefore] = [first, other];
      for (let n = 0; n < 5; n++) await commit(store, [put(request(`b${n}`))]);
      await until(5_000, () => other > otherBefore);
      await sleep(100);
      same(first, before, "how often it was called after it was taken off");
      holds(other > otherBefore, "the other one no longer hears");
    },
  },
  {
    id: "store.watch.reentrant",
    title: "A listener may read and commit in turn.",
    guards: "A worker that acts on a hint waits for itself.",
    run: async ({ open }) => {
      const store = await open();
      const done = Promise.withResolvers<void>();
      // Nobody waits for it when the outer commit fails first.
      done.promise.catch(() => {});
      const off = store.watch(() => {
        off();
        store
          .getRequest(TENANT, "r1")
          .then(() => commit(store, [put(request("inner"))]))
          .then(done.resolve, done.reject);
      });
      for (let n = 0; n < 3; n++) await within(20_000, "a commit that is listened to", commit(store, [put(request(`r${n}`))]));
      await within(20_000, "a commit in a listener", done.promise);
      holds((await store.getRequest(TENANT, "inner")) !== undefined, "what the listener committed");
    },
  },
  {
    id: "store.watch.after",
    title: "Nobody is called within the very call that they are told of.",
    guards: "A listener acts on a commit that can still fail.",
    run: async ({ open }) => {
      const store = await open();
      const within_: boolean[] = [];
      let committing = false;
      const off = store.watch(() => within_.push(committing));
      for (let n = 0; n < 5; n++) {
        committing = true;
        const answer = store.commit({ tenant: TENANT, changes: [put(request(`r${n}`))], events: [] });
        committing = false;
        same(await answer, { ok: true }, "the commit's answer");
      }
      await sleep(100);
      off();
      same(within_.includes(true), false, "a listener was called within the call that it is told of");
    },
  },
];
