import { setTimeout as sleep } from "node:timers/promises";
import type { Change } from "@countersign/core/store";
import { batches, changes, countOf, versionOf, wrapped, type Mutant } from "./mutant.ts";

/** One after the other, and each takes its time. */
function queueing(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(() => sleep(1)).then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

export const commitMutants: readonly Mutant[] = [
  batches("loses-events", ["store.commit.writes", "store.events.order"], (batch) => ({ ...batch, events: [] })),
  wrapped("refuses-nothing-to-do", ["store.commit.writes"], (store) => ({
    commit: async (batch) => (batch.changes.length + batch.events.length === 0 ? { ok: false, reason: "CONFLICT" } : store.commit(batch)),
  })),
  wrapped("not-atomic", ["store.commit.atomic", "store.shared.atomic", "store.model.steps"], (store) => ({
    commit: async ({ tenant, changes: all, events, before }) => {
      for (const change of all) {
        const one = await store.commit({ tenant, changes: [change], events: [], before });
        if (!one.ok) return one;
        await sleep(1);
      }
      return store.commit({ tenant, changes: [], events, before });
    },
  })),
  wrapped("events-first", ["store.events.refused", "store.commit.atomic"], (store) => ({
    commit: async (batch) => {
      const written = await store.commit({ ...batch, changes: [] });
      return written.ok ? store.commit({ ...batch, events: [] }) : written;
    },
  })),
  batches("last-writer-wins", ["store.commit.conflict", "store.due.fence"], async (batch, store) => {
    const all: Change[] = [];
    for (const change of batch.changes) {
      all.push(change.op === "put" ? { ...change, expects: await versionOf(store, batch.tenant, change) } : change);
    }
    return { ...batch, changes: all };
  }),
  wrapped("keeps-the-record-s-version", ["store.commit.version", "store.commit.writes"], (store) => ({
    getRequest: async (tenant, id) => {
      const record = await store.getRequest(tenant, id);
      return record && { ...record, version: Math.max(record.version, 40) };
    },
  })),
  wrapped("bumps-on-add", ["store.commit.version", "store.race.add"], (store) => ({
    commit: async (batch) => {
      const committed = await store.commit(batch);
      for (const change of batch.changes) {
        const thread = committed.ok && change.op === "add" && change.kind === "thread" && (await store.getThread(batch.tenant, change.id));
        if (thread)
          await store.commit({ ...batch, changes: [{ op: "put", kind: "thread", record: thread, expects: thread.version }], events: [] });
      }
      return committed;
    },
  })),
  changes("put-carries-counters", ["store.commit.counters", "store.model.steps"], (change) => {
    if (change.op !== "put" || change.kind === "request" || change.expects > 0) return change;
    const { kind, record } = change;
    const [field, by] = kind === "thread" ? (["open", record.open] as const) : (["uses", record.uses] as const);
    return by === 0 ? change : [change, { op: "add", kind, id: record.id, field, by }];
  }),
  wrapped("adds-first", ["store.commit.insert-and-add"], (store) => ({
    commit: async (batch) => {
      for (const change of batch.changes) {
        if (change.op === "add" && (await countOf(store, batch.tenant, change)) === undefined)
          return { ok: false, reason: "FLOOR", change };
      }
      return store.commit(batch);
    },
  })),
  changes("ignores-floors", ["store.commit.floor", "store.race.add", "store.model.steps"], (change) =>
    change.op === "add" ? { ...change, floor: undefined } : change,
  ),
  changes("drops-fences", ["store.commit.fence", "store.commit.atomic", "store.due.fence"], (change) =>
    change.op === "require" ? [] : change,
  ),
  batches("takes-no-thread-for-fence-0", ["store.commit.fence"], async (batch, store) => {
    const all: Change[] = [];
    for (const change of batch.changes) {
      const isNothing =
        change.op === "require" && change.fence === 0 && (await store.getThread(batch.tenant, change.threadId)) === undefined;
      if (!isNothing) all.push(change);
    }
    return { ...batch, changes: all };
  }),
  batches("ignores-before", ["store.commit.before", "store.clock.one", "store.commit.atomic"], (batch) => ({
    ...batch,
    before: undefined,
  })),
  wrapped("adds-the-way-back-to-its-clock", ["store.clock.not-ahead"], (store) => {
    let wayBack = 0;
    return {
      commit: async (batch) => {
        const since = performance.now();
        const committed = await store.commit(batch);
        if (committed.ok) wayBack = performance.now() - since + 20;
        return committed;
      },
      now: async () => (await store.now()) + wayBack,
    };
  }),
  wrapped("looks-at-the-clock-then-queues", ["store.race.before"], (store) => {
    const queued = queueing();
    return {
      commit: async ({ before, ...batch }) => {
        if (before !== undefined && (await store.now()) >= before) return { ok: false, reason: "TOO_LATE" };
        return queued(() => store.commit(batch));
      },
      claimDue: (kind, options) => queued(() => store.claimDue(kind, options)),
    };
  }),
  wrapped("looks-at-the-clock-then-locks", ["store.shared.before"], (store) => ({
    commit: async ({ before, ...batch }) => {
      if (before !== undefined && (await store.now()) >= before) return { ok: false, reason: "TOO_LATE" };
      return store.commit(batch);
    },
  })),
  batches("drops-known-events", ["store.commit.chain-place", "store.commit.atomic"], async (batch, store) => {
    const { events } = await store.listEvents(batch.tenant, undefined, 100_000);
    const known = new Set(events.map(({ subject, seq }) => `${seq} ${subject}`));
    const fresh = batch.events.filter(({ subject, seq }) => !known.has(`${seq} ${subject}`) && known.add(`${seq} ${subject}`));
    return { ...batch, events: fresh };
  }),
  wrapped("judges-then-waits", ["store.race.put", "store.shared.put", "store.model.at-once"], (store) => ({
    commit: async (batch) => {
      const puts = batch.changes.filter((change) => change.op === "put");
      for (const put of puts) if ((await versionOf(store, batch.tenant, put)) !== put.expects) return { ok: false, reason: "CONFLICT" };
      await sleep(1);
      const all: Change[] = [];
      for (const change of batch.changes)
        all.push(change.op === "put" ? { ...change, expects: await versionOf(store, batch.tenant, change) } : change);
      return store.commit({ ...batch, changes: all });
    },
  })),
  wrapped("counts-by-reading", ["store.race.add"], (store) => ({
    commit: async (batch) => {
      const all: Change[] = [];
      for (const change of batch.changes) {
        if (change.op !== "add") all.push(change);
        else {
          const early = (await countOf(store, batch.tenant, change)) ?? 0;
          await sleep(1);
          all.push({ ...change, by: early + change.by - ((await countOf(store, batch.tenant, change)) ?? 0) });
        }
      }
      return store.commit({ ...batch, changes: all });
    },
  })),
  wrapped("looks-at-the-floor-first", ["store.race.add", "store.shared.floor"], (store) => ({
    commit: async (batch) => {
      for (const change of batch.changes) {
        const count = change.op === "add" ? await countOf(store, batch.tenant, change) : undefined;
        if (change.op === "add" && count !== undefined && count + change.by < (change.floor ?? -Infinity))
          return { ok: false, reason: "FLOOR" };
      }
      await sleep(1);
      return store.commit({
        ...batch,
        changes: batch.changes.map((change) => (change.op === "add" ? { ...change, floor: undefined } : change)),
      });
    },
  })),
  wrapped("looks-at-the-chain-first", ["store.race.chain"], (store) => ({
    commit: async (batch) => {
      const { events } = await store.listEvents(batch.tenant, undefined, 100_000);
      const taken = new Set(events.map(({ subject, seq }) => `${subject.split("#")[0]}/${seq}`));
      if (batch.events.some(({ subject, seq }) => taken.has(`${subject}/${seq}`))) return { ok: false, reason: "CONFLICT" };
      await sleep(1);
      return store.commit({ ...batch, events: batch.events.map((event) => ({ ...event, subject: `${event.subject}#${Math.random()}` })) });
    },
    listEvents: async (tenant, after, limit) => {
      const { events, position } = await store.listEvents(tenant, after, limit);
      return { events: events.map((event) => ({ ...event, subject: event.subject.split("#")[0] ?? "" })), position };
    },
  })),
];
