import type { RequestRecord, StorePort } from "@countersign/core/store";
import { has, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { commit, event, grant, grantsOf, put, putGrant, putThread, request, TENANT, thread } from "../records.ts";

/** Writes into everything that can be written into. What is frozen is safe already. */
function spoil(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(9);
  else if (Array.isArray(value)) {
    value.forEach(spoil);
    if (!Object.isFrozen(value)) value.push("spoilt");
  } else if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(spoil);
    if (!Object.isFrozen(value)) Object.assign(value, { reason: "spoilt", type: "spoilt", uses: 9, open: 9 });
  }
}

const fresh = () => ({
  record: request("r1", { args: { list: [1] }, result: { list: [1] } }),
  owner: thread("pay-001", { continuation: new Uint8Array([1]), context: { a: [1] } }),
  lent: grant("g1"),
  logged: event("r1", 1),
});

async function unspoilt(store: StorePort, after: string): Promise<void> {
  const { record, owner, lent, logged } = fresh();
  same(await store.getRequest(TENANT, "r1"), { ...record, version: 1 }, `the request after ${after}`);
  same(await store.getThread(TENANT, "pay-001"), { ...owner, version: 1 }, `the thread after ${after}`);
  same(await grantsOf(store), [{ ...lent, version: 1 }], `the grant after ${after}`);
  same((await store.listEvents(TENANT, undefined, 10)).events, [logged], `the events after ${after}`);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

export const isolationCases: readonly StoreCase[] = [
  {
    id: "store.isolation.in",
    title: "What a caller does later to what it has committed changes nothing.",
    guards: "Arguments change after they were signed, and no event says so.",
    run: async ({ open }) => {
      const store = await open();
      const { record, owner, lent, logged } = fresh();
      await commit(store, [put(record), putThread(owner), putGrant(lent)], [logged]);
      for (const given of [record, owner, lent, logged]) spoil(given);
      await unspoilt(store, "the given ones were changed");
    },
  },
  {
    id: "store.isolation.out",
    title: "What a caller does to what it was given by a read changes nothing.",
    guards: "A form that edits what it shows changes what will run.",
    run: async ({ open }) => {
      const store = await open();
      const { record, owner, lent, logged } = fresh();
      await commit(store, [put(record), putThread(owner), putGrant(lent)], [logged]);
      const reads: readonly (readonly [string, () => Promise<unknown>])[] = [
        ["getRequest", () => store.getRequest(TENANT, "r1")],
        ["requestsOfTurn", () => store.requestsOfTurn(TENANT, "pay-001", "msg_1")],
        ["readThread", () => store.readThread(TENANT, "pay-001")],
        ["requestsOfThread", () => store.requestsOfThread(TENANT, "pay-001")],
        ["listRequests", () => store.listRequests(TENANT, {})],
        ["getThread", () => store.getThread(TENANT, "pay-001")],
        ["grantsFor", () => grantsOf(store)],
        ["listEvents", () => store.listEvents(TENANT, undefined, 10)],
      ];
      for (const [name, read] of reads) {
        spoil(await read());
        await unspoilt(store, `what ${name} gave was changed`);
      }
    },
  },
  {
    id: "store.isolation.frozen",
    title: "A batch is left as it is: a frozen one will do.",
    guards: "A retry of a commit isn't the same commit.",
    run: async ({ open }) => {
      const store = await open();
      const given: RequestRecord = request("r1");
      const batch = deepFreeze({
        tenant: TENANT,
        changes: [put(given), putThread(thread("pay-001", { context: { a: [1] } }))],
        events: [event("r1", 1)],
      });
      const before = JSON.stringify(batch);
      await store.commit(batch);
      same(JSON.stringify(batch), before, "the batch");
      has(await store.getRequest(TENANT, "r1"), { version: 1 }, "the request");
    },
  },
];
