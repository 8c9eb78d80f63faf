import { expect, test } from "vitest";
import type { RequestRecord, ThreadRecord } from "../../../core/src/store.ts";
import { addOpen, commit, event, put, putThread, request, TENANT, thread } from "../records.ts";
import type { Open } from "../store-promises.ts";

function nested(depth: number): object {
  return depth === 0 ? {} : { in: nested(depth - 1) };
}

const VALUES: readonly (readonly [name: string, args: { readonly [key: string]: unknown }])[] = [
  ["an own __proto__ key", JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "a": {"__proto__": null}}')],
  ["all kinds of text", { "": "", ключ: "值 🙂 ﷽ \u2028 \u0000 \\ \" '", emoji: "👩‍👩‍👧", line: "a\r\nb\tc" }],
  ["numbers to the last bit", { max: Number.MAX_SAFE_INTEGER, tiny: 5e-324, huge: 1.7976931348623157e308, third: 1 / 3, negative: -1.5 }],
  ["1 MB of text", { text: "é".repeat(500_000) }],
  ["10,000 keys", Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key ${n}`, n]))],
  ["400 levels", { in: nested(400) }],
  ["SQL", { "'; DROP TABLE requests; --": '"; DROP TABLE requests; --' }],
];

export function valuePromises(open: Open): void {
  test.each(VALUES)("%s come back as they were", async (_, args) => {
    const store = await open();
    const record = request("r1", { args, proposal: { args, digest: "d", by: undefined }, result: args });
    await commit(
      store,
      [put(record), putThread(thread("pay-001", { context: args, outcome: { text: "", output: args } }))],
      [{ ...event("r1", 1), data: args }],
    );
    const found = await store.getRequest(TENANT, "r1");
    const owner = await store.getThread(TENANT, "pay-001");
    const { events } = await store.listEvents(TENANT, undefined, 1);
    for (const copy of [found?.args, found?.proposal.args, found?.result, owner?.context, owner?.outcome?.output, events[0]?.data]) {
      expect(JSON.stringify(copy)).toBe(JSON.stringify(args));
      expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    }
  });

  const names = ["", "a", "a\u0000b", "'", "%", "_", "ü", "u\u0308", "A", "a ", "🙂", "1", "x/y", '["a"]'];
  test("names of every kind stay apart: threads, turns, tools, people, tenants", async () => {
    const store = await open();
    for (const [n, name] of names.entries()) {
      const terms = { roles: [`r${name}`] };
      await commit(store, [
        put(request(`${n}`, { threadId: `t${name}`, turnId: name, tool: name, requestedBy: { id: `p${name}` }, terms })),
        putThread(thread(`t${name}`)),
      ]);
      await commit(store, [addOpen(`t${name}`, 1)]);
      await commit(store, [put(request("same"))], [event(`s${name}`, 1)], `tenant${name}`);
    }
    for (const [n, name] of names.entries()) {
      expect((await store.requestsOfTurn(TENANT, `t${name}`, name)).map(({ id }) => id)).toEqual([`${n}`]);
      expect((await store.listRequests(TENANT, { tool: name })).items.map(({ id }) => id)).toEqual([`${n}`]);
      expect((await store.listRequests(TENANT, { requestedBy: `p${name}` })).items.map(({ id }) => id)).toEqual([`${n}`]);
      expect((await store.listRequests(TENANT, { reviewableBy: { id: "x", roles: [`r${name}`] } })).items.map(({ id }) => id)).toEqual([
        `${n}`,
      ]);
      expect(await store.getThread(TENANT, `t${name}`)).toMatchObject({ id: `t${name}`, open: 1 });
      expect((await store.listEvents(`tenant${name}`, undefined, 10)).events).toHaveLength(1);
    }
  });

  test("a continuation of 1 MB, part of a larger buffer", async () => {
    const store = await open();
    const whole = Uint8Array.from({ length: 1_500_000 }, (_, n) => n % 251);
    const continuation = whole.subarray(100_000, 1_100_000);
    await commit(store, [putThread(thread("pay-001", { continuation }))]);
    const found = (await store.getThread(TENANT, "pay-001"))?.continuation;
    expect(found && Buffer.compare(found, continuation)).toBe(0);
  });

  test("nothing is shared with the caller, on the way in or out", async () => {
    const store = await open();
    const record = request("r1", { args: { list: [1] } }) as Writable<RequestRecord>;
    const owner = thread("pay-001", { continuation: new Uint8Array([1]), context: { a: 1 } }) as Writable<ThreadRecord>;
    const logged = event("r1", 1);
    await commit(store, [put(record), putThread(owner)], [logged]);
    const spoil = async (found: RequestRecord | undefined): Promise<void> => {
      Object.assign(found ?? {}, { reason: "spoilt" });
      (found?.args["list"] as number[] | undefined)?.push(2);
    };
    await spoil(record);
    await spoil(await store.getRequest(TENANT, "r1"));
    await spoil((await store.requestsOfTurn(TENANT, "pay-001", "msg_1"))[0]);
    await spoil((await store.requestsOfThread(TENANT, "pay-001"))[0]);
    await spoil((await store.listRequests(TENANT, {})).items[0]);
    owner.continuation?.set([9]);
    (await store.getThread(TENANT, "pay-001"))?.continuation?.set([9]);
    Object.assign(logged.data, { type: "spoilt" });
    Object.assign((await store.listEvents(TENANT, undefined, 1)).events[0]?.data ?? {}, { type: "spoilt" });
    expect(await store.getRequest(TENANT, "r1")).toMatchObject({ reason: "", args: { list: [1] } });
    expect([...((await store.getThread(TENANT, "pay-001"))?.continuation ?? [])]).toEqual([1]);
    expect((await store.listEvents(TENANT, undefined, 1)).events).toEqual([event("r1", 1)]);
  });

  test("frozen records are fine", async () => {
    const store = await open();
    await commit(store, Object.freeze([Object.freeze(put(Object.freeze(request("r1"))))]));
    expect(await store.getRequest(TENANT, "r1")).toBeDefined();
  });
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
