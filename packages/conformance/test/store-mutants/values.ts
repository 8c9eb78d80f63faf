import type { Batch, Change, RequestRecord } from "@countersign/core/store";
import { batches, changes, wrapped, type Mutant } from "./mutant.ts";

type Look = (value: unknown, depth: number) => unknown;

/** Every value, from the outside in. Own `__proto__` keys stay, as they are not what this is about. */
function deep(value: unknown, look: Look, depth = 0): unknown {
  const seen = look(value, depth);
  if (Array.isArray(seen)) return seen.map((one) => deep(one, look, depth + 1));
  if (typeof seen !== "object" || seen === null || seen instanceof Uint8Array) return seen;
  return Object.fromEntries(Object.entries(seen).map(([key, one]) => [key, deep(one, look, depth + 1)]));
}

const valuesAs = (name: string, fails: readonly string[], look: Look): Mutant =>
  batches(name, fails, (batch) => deep(batch, look) as Batch);

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** As code does that copies member by member. */
function assigned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(assigned);
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) copy[key] = assigned(one);
  return copy;
}

const renamed = (change: Change, name: (id: string) => string): Change => {
  if (change.op === "add" && change.kind === "thread") return { ...change, id: name(change.id) };
  if (change.op === "put" && change.kind === "thread") return { ...change, record: { ...change.record, id: name(change.record.id) } };
  return change;
};

export const valueMutants: readonly Mutant[] = [
  valuesAs("cuts-names", ["store.values.long-names"], (value) =>
    typeof value === "string" && value.length < 300 ? value.slice(0, 255) : value,
  ),
  valuesAs("cuts-long-text", ["store.values.large"], (value) => (typeof value === "string" ? value.slice(0, 65_535) : value)),
  valuesAs("sorts-keys", ["store.values.many-keys"], (value) =>
    isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  ),
  valuesAs("gives-up-at-depth-100", ["store.values.deep"], (value, depth) => (depth > 100 ? null : value)),
  batches("copies-by-assignment", ["store.values.proto"], (batch) => assigned(batch) as Batch),
  valuesAs("normalises-text", ["store.values.unicode"], (value) => (typeof value === "string" ? value.normalize("NFC") : value)),
  valuesAs("single-precision", ["store.values.numbers"], (value) =>
    typeof value === "number" && !Number.isInteger(value) ? Math.fround(value) : value,
  ),
  changes("whole-buffers", ["store.values.continuation"], (change) => {
    if (change.op !== "put" || change.kind !== "thread" || !change.record.continuation) return change;
    return { ...change, record: { ...change.record, continuation: new Uint8Array(change.record.continuation.buffer) } };
  }),
  wrapped("keeps-what-it-is-given", ["store.isolation.in"], (store) => {
    const given = new Map<string, RequestRecord>();
    return {
      commit: async (batch) => {
        for (const change of batch.changes)
          if (change.op === "put" && change.kind === "request") given.set(change.record.id, change.record);
        return store.commit(batch);
      },
      getRequest: async (tenant, id) => {
        const record = await store.getRequest(tenant, id);
        return record && { ...record, args: structuredClone(given.get(id)?.args ?? record.args) };
      },
    };
  }),
  wrapped("hands-out-its-own", ["store.isolation.out"], (store) => {
    const kept = new Map<string, RequestRecord>();
    return {
      getRequest: async (tenant, id) => {
        const record = await store.getRequest(tenant, id);
        const key = JSON.stringify([tenant, id, record?.version]);
        if (record && !kept.has(key)) kept.set(key, record);
        return kept.get(key);
      },
    };
  }),
  wrapped("one-tenant", ["store.tenants.records", "store.tenants.writes"], (store) => ({
    commit: (batch) => store.commit({ ...batch, tenant: "one" }),
    getRequest: (_, id) => store.getRequest("one", id),
    getThread: (_, id) => store.getThread("one", id),
    listRequests: (_, query) => store.listRequests("one", query),
  })),
  wrapped("lists-of-all-tenants", ["store.tenants.records"], (store) => ({
    countRequests: async (tenant, query, cap) =>
      (await store.countRequests(tenant, query, cap)) || store.countRequests("default", query, cap),
  })),
  wrapped("adds-anywhere", ["store.tenants.writes"], (store) => ({
    commit: async (batch) => {
      const [first, ...rest] = batch.changes;
      const foreign = first?.op === "add" && rest.length === 0 && (await store.getThread(batch.tenant, first.id)) === undefined;
      return store.commit(foreign ? { ...batch, tenant: "default" } : batch);
    },
  })),
  wrapped("trims-names", ["store.tenants.names"], (store) => ({
    commit: (batch) => store.commit({ ...batch, changes: batch.changes.map((change) => renamed(change, (id) => id.trim())) }),
    getThread: (tenant, id) => store.getThread(tenant, id.trim()),
  })),
  wrapped("cuts-due-names", ["store.tenants.names"], (store) => ({
    claimDue: async (kind, options) =>
      (await store.claimDue(kind, options)).map((due) => ({ ...due, id: String(due.id.split("\u0000")[0]) })),
  })),
  wrapped("joins-names", ["store.tenants.joined-names"], (store) => ({
    requestsOfTurn: async (tenant, threadId, turnId) =>
      (await store.listRequests(tenant, { limit: 1_000 })).items.filter(
        (record) => `${record.threadId}/${record.turnId}` === `${threadId}/${turnId}`,
      ),
  })),
];
