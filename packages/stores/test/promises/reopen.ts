import { expect, test } from "vitest";
import { addOpen, commit, event, put, putThread, request, TENANT, thread } from "../records.ts";
import type { Open } from "../store-promises.ts";

export function reopenPromises(open: Open): void {
  test("what was committed is there after closing and opening again", async () => {
    const store = await open();
    await commit(
      store,
      [putThread(thread("pay-001", { continuation: new Uint8Array([1, 2]) })), put(request("r1")), addOpen("pay-001", 1)],
      [event("r1", 1)],
    );
    const { position } = await store.listEvents(TENANT, undefined, 10);
    await store.close();
    const again = await open();
    expect(await again.getRequest(TENANT, "r1")).toEqual({ ...request("r1"), version: 1 });
    expect(await again.getThread(TENANT, "pay-001")).toMatchObject({ open: 1, version: 1 });
    await commit(again, [], [event("r1", 2)]);
    expect((await again.listEvents(TENANT, position, 10)).events).toEqual([event("r1", 2)]);
  });

  test("two open at once see each other's commits, and only one of two puts on a version wins", async () => {
    const one = await open();
    const two = await open();
    await commit(one, [putThread(thread("pay-001")), put(request("r1"))]);
    expect(await two.getRequest(TENANT, "r1")).toBeDefined();
    await commit(two, [addOpen("pay-001", 1)]);
    await commit(one, [addOpen("pay-001", 1)]);
    expect(await two.getThread(TENANT, "pay-001")).toMatchObject({ open: 2 });
    const both = await Promise.all(
      [one, two].map((store) => store.commit({ tenant: TENANT, changes: [put(request("r1"), 1)], events: [] })),
    );
    expect(both.map(({ ok }) => String(ok)).toSorted()).toEqual(["false", "true"]);
  });

  test("a commit through one is heard through the other", async () => {
    const one = await open();
    const two = await open();
    const heard = new Promise<void>((resolve) => two.watch(resolve));
    await commit(one, [put(request("r1"))]);
    await heard;
  });
}
