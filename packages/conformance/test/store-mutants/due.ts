import { setTimeout as sleep } from "node:timers/promises";
import type { RequestRecord, ThreadRead, ThreadRecord } from "@countersign/core/store";
import { dueNow } from "../../src/store-suite/model/due.ts";
import { weak, wrapped, type Mutant } from "./mutant.ts";

/** What is due if threads, or requests, were like this. */
const dueAs = (
  name: string,
  fails: readonly string[],
  ofThread: (thread: ThreadRecord) => ThreadRecord,
  ofRequest: (request: RequestRecord) => RequestRecord = (request) => request,
): Mutant =>
  weak(name, fails, {
    due: (state, ...rest) => {
      const threads = new Map([...state.threads].map(([id, thread]) => [id, ofThread(thread)]));
      const requests = new Map([...state.requests].map(([id, request]) => [id, ofRequest(request)]));
      return dueNow({ ...state, threads, requests }, ...rest);
    },
  });
const asItIs = (thread: ThreadRecord): ThreadRecord => thread;

export const dueMutants: readonly Mutant[] = [
  dueAs("wakes-closed-threads", ["store.due.thread"], (thread) => ({ ...thread, state: "live" })),
  dueAs("wakes-with-open-requests", ["store.due.thread"], (thread) => ({ ...thread, open: 0 })),
  dueAs("ignores-backing-off", ["store.due.thread", "store.clock.one"], (thread) => ({ ...thread, notBefore: 0 })),
  dueAs("ignores-leases", ["store.due.thread", "store.due.lease"], (thread) => ({ ...thread, leaseUntil: 0 })),
  dueAs("never-frees-a-lapsed-thread", ["store.due.thread", "store.due.lapse", "store.kill.claim"], (thread) =>
    thread.holder === undefined ? thread : { ...thread, state: "closed" },
  ),
  dueAs("expires-what-is-approved", ["store.due.expiry"], asItIs, (request) =>
    request.state === "approved" ? { ...request, state: "pending" } : request,
  ),
  dueAs("expires-before-its-time", ["store.due.expiry"], asItIs, (request) => ({ ...request, expiresAt: request.expiresAt && 1 })),
  dueAs("counts-from-its-own-decision", ["store.due.execute-within", "store.due.half-decided-turn"], asItIs, (request) => ({
    ...request,
    turnId: request.id,
  })),
  dueAs("counts-turns-of-other-threads", ["store.due.execute-within", "store.due.half-decided-turn"], asItIs, (request) => ({
    ...request,
    threadId: "",
  })),
  dueAs("expires-half-decided-turns", ["store.due.half-decided-turn"], asItIs, (request) =>
    request.state === "pending" && request.expiresAt === undefined && request.noticeAt === undefined
      ? { ...request, state: "cancelled" }
      : request,
  ),
  dueAs("never-expires-once-half-decided", ["store.due.half-decided-turn"], asItIs, (request) =>
    request.state === "rejected" ? { ...request, state: "pending", expiresAt: undefined } : request,
  ),
  dueAs("counts-claims-for-executions", ["store.due.given-back"], asItIs, (request) => ({ ...request, begun: request.attempt > 0 })),
  dueAs("lapses-what-is-done", ["store.due.claim"], asItIs, (request) =>
    request.state === "done" ? { ...request, state: "executing" } : request,
  ),
  dueAs("reminds-of-what-is-decided", ["store.due.notice"], asItIs, (request) =>
    request.noticeAt === undefined ? request : { ...request, state: "pending" },
  ),
  dueAs("reminds-before-its-time", ["store.due.notice"], asItIs, (request) => ({ ...request, noticeAt: request.noticeAt && 1 })),
  dueAs("never-reminds", ["store.due.notice"], asItIs, (request) => ({ ...request, noticeAt: undefined })),
  weak("newest-due-first", ["store.due.longest-first"], { due: (...of) => [...dueNow(...of)].reverse() }),
  weak("looks-then-leases", ["store.due.race", "store.shared.claims"], { gap: true }),
  wrapped("does-not-lease", ["store.due.lease"], (store) => ({
    claimDue: async (kind, options) => {
      const due = await store.claimDue(kind, options);
      for (const { id } of kind === "thread" ? due : []) {
        const thread = await store.getThread(options.tenant, id);
        if (!thread) continue;
        const record = { ...thread, leaseUntil: 0 };
        await store.commit({
          tenant: options.tenant,
          changes: [{ op: "put", kind: "thread", record, expects: thread.version }],
          events: [],
        });
      }
      return due;
    },
  })),
  wrapped("keeps-the-fence", ["store.due.fence", "store.due.lease", "store.shared.fence"], (store) => ({
    claimDue: async (kind, options) => {
      const due = await store.claimDue(kind, options);
      for (const { id } of kind === "thread" ? due : []) {
        const thread = await store.getThread(options.tenant, id);
        if (!thread) continue;
        const record = { ...thread, fence: thread.fence - 1 };
        await store.commit({
          tenant: options.tenant,
          changes: [{ op: "put", kind: "thread", record, expects: thread.version }],
          events: [],
        });
      }
      return due.map(({ id, fence }) => ({ id, fence: Math.max(0, fence - 1) }));
    },
  })),
  wrapped("tells-of-before-the-claim", ["store.due.lease", "store.due.fence", "store.due.moment"], (store) => ({
    claimDue: async (kind, options) => {
      const reads = new Map<string, ThreadRead>();
      const { items } = kind === "thread" ? ((await store.listThreads?.(options.tenant, {})) ?? { items: [] }) : { items: [] };
      for (const { id } of items) reads.set(id, await store.readThread(options.tenant, id));
      if (items.length > 0) await sleep(1);
      return (await store.claimDue(kind, options)).map((item) => ({ ...item, read: reads.get(item.id) }));
    },
  })),
  wrapped("touches-what-it-names", ["store.due.names-only"], (store) => ({
    claimDue: async (kind, options) => {
      const due = await store.claimDue(kind, options);
      for (const { id } of due) {
        const record = await store.getRequest(options.tenant, id);
        if (record)
          await store.commit({
            tenant: options.tenant,
            changes: [{ op: "put", kind: "request", record, expects: record.version }],
            events: [],
          });
      }
      return due;
    },
  })),
  wrapped("any-agent", ["store.due.scope"], (store) => ({ claimDue: (kind, { agents: _, ...options }) => store.claimDue(kind, options) })),
];
