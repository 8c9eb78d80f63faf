import { closeSync, openSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { RequestRecord, ThreadRecord } from "@countersign/core/store";
import { wrapped, type Mutant } from "./mutant.ts";
import { referenceStore } from "./reference.ts";

/** A file that says: somebody is writing. Whoever dies while writing leaves it behind. */
async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      closeSync(openSync(path, "wx"));
      break;
    } catch {
      await sleep(2);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path);
  }
}

/** What one process believes the others leave alone. */
function remembering<T extends { readonly id: string }>(
  read: (tenant: string, id: string) => Promise<T | undefined>,
): { readonly read: (tenant: string, id: string) => Promise<T | undefined>; readonly forget: () => void } {
  const known = new Map<string, T>();
  return {
    forget: () => known.clear(),
    read: async (tenant, id) => {
      const key = JSON.stringify([tenant, id]);
      const found = known.get(key) ?? (await read(tenant, id));
      if (found) known.set(key, found);
      return structuredClone(found);
    },
  };
}

export const placeMutants: readonly Mutant[] = [
  {
    name: "forgets",
    fails: ["store.reopen.kept", "store.reopen.cursors", "store.model.reopened"],
    open: async (location) => referenceStore(`${location}-${Math.random()}`),
  },
  wrapped("forgets-counters", ["store.reopen.kept"], async (store) => {
    const { open = 0 } = (await store.getThread("default", "pay-001")) ?? {};
    await store.commit({
      tenant: "default",
      changes: [{ op: "add", kind: "thread", id: "pay-001", field: "open", by: -open }],
      events: [],
    });
    return {};
  }),
  {
    name: "opens-in-two-steps",
    fails: ["store.kill.opening"],
    open: async (location) => {
      const database = new DatabaseSync(location);
      const isNew = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
      if (isNew) database.exec("CREATE TABLE step_one (x)");
      if (isNew) await sleep(30);
      if (isNew) database.exec("CREATE TABLE step_two (x)");
      const whole = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'step_two'").get() !== undefined;
      database.close();
      if (!whole) throw new Error("half a store");
      return referenceStore(location);
    },
  },
  {
    name: "first-come-first-served",
    fails: ["store.shared.first"],
    open: async (location) => {
      const database = new DatabaseSync(location);
      database.exec("PRAGMA busy_timeout = 10000");
      const isNew = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
      if (isNew) await sleep(150);
      if (isNew) database.exec("DROP TABLE IF EXISTS log");
      database.close();
      return referenceStore(location);
    },
  },
  wrapped("leaves-its-lock", ["store.kill.others"], (store, location) => ({
    commit: (batch) =>
      locked(`${location}.lock`, async () => {
        const committed = await store.commit(batch);
        await sleep(5);
        return committed;
      }),
  })),
  wrapped("remembers-records", ["store.shared.visible", "store.model.handles"], (store) => {
    const requests = remembering<RequestRecord>(store.getRequest);
    const threads = remembering<ThreadRecord>(store.getThread);
    const forgetting = async <T>(answer: Promise<T>): Promise<T> => {
      requests.forget();
      threads.forget();
      return answer;
    };
    return {
      getRequest: requests.read,
      getThread: threads.read,
      commit: (batch) => forgetting(store.commit(batch)),
      claimDue: (kind, options) => forgetting(store.claimDue(kind, options)),
    };
  }),
  wrapped("remembers-fences", ["store.shared.fence"], (store) => {
    const fences = new Map<string, number>();
    return {
      getThread: async (tenant, id) => {
        const thread = await store.getThread(tenant, id);
        if (thread) fences.set(`${tenant}/${id}`, thread.fence);
        return thread;
      },
      commit: async (batch) => {
        const believed = batch.changes.filter(
          (change) => change.op !== "require" || fences.get(`${batch.tenant}/${change.threadId}`) !== change.fence,
        );
        return store.commit({ ...batch, changes: believed });
      },
    };
  }),
];
