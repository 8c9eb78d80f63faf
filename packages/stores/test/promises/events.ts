import { expect, test } from "vitest";
import type { AuditEvent, StorePort } from "../../../core/src/store.ts";
import { commit, event, put, request, TENANT } from "../records.ts";
import type { Open } from "../store-promises.ts";

const named = (events: readonly AuditEvent[]): readonly string[] => events.map(({ subject, seq }) => `${subject}/${seq}`);

/** Three chains, written in turns. */
async function chains(store: StorePort): Promise<readonly string[]> {
  for (let seq = 1; seq <= 4; seq++) await commit(store, [], [event("r1", seq), event("thread/pay-001", seq), event("r2", seq)]);
  return [1, 2, 3, 4].flatMap((seq) => [`r1/${seq}`, `thread/pay-001/${seq}`, `r2/${seq}`]);
}

export function eventPromises(open: Open): void {
  test("come in the order of their commits, page by page", async () => {
    const store = await open();
    const all = await chains(store);
    const read: string[] = [];
    let after: string | undefined;
    for (let more = true; more;) {
      const { events, position } = await store.listEvents(TENANT, after, 5);
      read.push(...named(events));
      more = events.length > 0;
      after = position;
    }
    expect(read).toEqual(all);
  });

  test("a reader that goes on from its last position finds what came since, and only that", async () => {
    const store = await open();
    const empty = await store.listEvents(TENANT, undefined, 10);
    expect(empty.events).toEqual([]);
    await chains(store);
    const first = await store.listEvents(TENANT, empty.position, 100);
    expect(first.events).toHaveLength(12);
    const nothing = await store.listEvents(TENANT, first.position, 100);
    expect(nothing.events).toEqual([]);
    await commit(store, [], [event("r1", 5)], "other");
    await commit(store, [], [event("r1", 5)]);
    expect(named((await store.listEvents(TENANT, nothing.position, 100)).events)).toEqual(["r1/5"]);
  });

  test("one chain alone, page by page", async () => {
    const store = await open();
    await chains(store);
    const first = await store.listEvents(TENANT, undefined, 3, "r2");
    expect(named(first.events)).toEqual(["r2/1", "r2/2", "r2/3"]);
    const second = await store.listEvents(TENANT, first.position, 3, "r2");
    expect(named(second.events)).toEqual(["r2/4"]);
    expect((await store.listEvents(TENANT, second.position, 3, "r2")).events).toEqual([]);
    expect((await store.listEvents(TENANT, undefined, 3, "r3")).events).toEqual([]);
  });

  test("come back whole", async () => {
    const store = await open();
    const full = {
      ...event("r1", 1),
      actor: { id: "alice", roles: ["finance"], kind: "person" as const },
      data: { nested: { list: [1, null] } },
    };
    await commit(store, [], [full]);
    expect((await store.listEvents(TENANT, undefined, 1)).events).toEqual([full]);
  });

  test("of a refused batch leave no trace and no gap", async () => {
    const store = await open();
    await commit(store, [put(request("r1"))], [event("r1", 1)]);
    await store.commit({ tenant: TENANT, changes: [put(request("r1"))], events: [event("r1", 2)] });
    await commit(store, [], [event("r1", 2, "second")]);
    expect((await store.listEvents(TENANT, undefined, 10)).events).toEqual([event("r1", 1), event("r1", 2, "second")]);
  });

  test.each(["", "x", "-1", "1.5", "1e3", " 1"])("a position of %j is refused", async (after) => {
    const store = await open();
    await expect(store.listEvents(TENANT, after, 10)).rejects.toMatchObject({
      code: "INVALID_ARGS",
      details: { issues: [{ path: ["after"] }] },
    });
  });
}
