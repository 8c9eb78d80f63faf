import { expect, test } from "vitest";
import { commit, put, putThread, request, TENANT, thread } from "../records.ts";
import type { Open } from "../store-promises.ts";

export function watchPromises(open: Open): void {
  test("a commit is heard, but not within itself", async () => {
    const store = await open();
    let returned = false;
    const heard = new Promise<boolean>((resolve) => store.watch(() => resolve(returned)));
    const committing = store.commit({ tenant: TENANT, changes: [put(request("r1"))], events: [] });
    returned = true;
    expect(await committing).toEqual({ ok: true });
    expect(await heard).toBe(true);
  });

  test("whoever stopped listening hears nothing more, the others do", async () => {
    const store = await open();
    let first = 0;
    const listener = (): void => void first++;
    const off = store.watch(listener);
    const offToo = store.watch(listener);
    await commit(store, [put(request("r1"))]);
    await new Promise(setImmediate);
    expect(first).toBe(2);
    off();
    off();
    await commit(store, [put(request("r2"))]);
    await new Promise(setImmediate);
    expect(first).toBe(3);
    offToo();
    const heard = new Promise<void>((resolve) => store.watch(resolve));
    await commit(store, [put(request("r3"))]);
    await heard;
    expect(first).toBe(3);
  });

  test("a listener may commit in turn", async () => {
    const store = await open();
    const done = new Promise<void>((resolve, reject) => {
      const off = store.watch(() => {
        off();
        commit(store, [put(request("r2"))]).then(resolve, reject);
      });
    });
    await commit(store, [put(request("r1"))]);
    await done;
    expect(await store.getRequest(TENANT, "r2")).toBeDefined();
  });

  test("claiming a thread is a change too", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001"))]);
    const heard = new Promise<void>((resolve) => store.watch(resolve));
    await store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs: 60_000, limit: 1 });
    await heard;
  });
}
