import { setImmediate as breathe, setTimeout as sleep } from "node:timers/promises";
import type { Batch, Committed, DocumentRecord, DueItem, DueKind, StorePort } from "@countersign/core/store";
import { addOpen, addUses, event, put, putThread, request, T0, TENANT, thread } from "../records.ts";
import { having } from "../optional.ts";
import { claimAgain, countUp, putForEver } from "./document-jobs.ts";

/** What a job has at hand. */
export interface JobContext {
  readonly location: string;
  readonly open: (at?: string) => Promise<StorePort>;
  /** Tells the parent, at once. */
  readonly say: (what: unknown) => void;
  /** Says "ready" and waits for the parent, so that several begin together. */
  readonly go: () => Promise<void>;
}

export type Job<P, R> = (context: JobContext, params: P) => Promise<R>;

/** What is due, by name alone. */
const named = ({ id, fence }: DueItem): DueItem => ({ id, fence });

/** What the suite does in other processes. What goes on for ever takes a breath each time, or it wouldn't notice that its parent is gone. */
export interface Jobs {
  /** Commits these, one after the other. Never closes the store. */
  readonly commit: Job<{ readonly batches: readonly Batch[] }, readonly Committed[]>;
  /** Counts a request's amount and its thread's counter up by compare-and-set, so many times. */
  readonly count: Job<{ readonly times: number }, null>;
  /** Takes uses of a grant until there are none. */
  readonly spend: Job<{ readonly grant: string }, number>;
  /** Asks one request after the other for ever, in each of these threads at once, and says the number of each once it is committed. */
  readonly ask: Job<{ readonly threads: readonly string[] }, null>;
  /** Takes whatever thread is due until there is none left. */
  readonly claim: Job<{ readonly holder: string; readonly leaseMs: number; readonly limit: number }, readonly DueItem[]>;
  /** Takes one thread, says so and does nothing more. */
  readonly hold: Job<{ readonly leaseMs: number }, null>;
  /** Names what is due. */
  readonly due: Job<{ readonly kind: DueKind }, readonly DueItem[]>;
  /** Writes so many batches of events into a chain of its own. */
  readonly append: Job<{ readonly chain: string; readonly batches: number }, null>;
  /** Makes so many new stores, one after the other, and says the number of each before. */
  readonly create: Job<{ readonly most: number }, null>;
  /** Records so many requests in one thread, one after the other, and leaves the thread as it is. */
  readonly record: Job<{ readonly name: string; readonly times: number }, null>;
  /** Opens the store only when all are ready, and asks one request. */
  readonly first: Job<{ readonly id: string }, null>;
  /** Asks requests before and behind everything else for ever, saying each, with a pause of so many ms after it. */
  readonly crowd: Job<{ readonly name: string; readonly pause: number }, null>;
  /** Has whatever lock there is, nearly always: adds to this thread and changes a hundred records of its own in each batch, for ever. */
  readonly hog: Job<{ readonly name: string; readonly thread: string }, null>;
  /** Claims whatever thread is due, for ever. */
  readonly sweep: Job<{ readonly holder: string; readonly leaseMs: number }, null>;
  /** Counts a document up, then claims others. */
  readonly documents: Job<{ readonly times: number }, readonly DocumentRecord[]>;
  /** Puts a document for ever, with events: see `putForEver`. */
  readonly keepDocuments: Job<object, null>;
  /** Writes both halves of a thing for ever, always in one batch. */
  readonly halves: Job<object, null>;
}

export type JobName = keyof Jobs;
export type Params<J extends JobName> = Parameters<Jobs[J]>[1];
export type Result<J extends JobName> = Awaited<ReturnType<Jobs[J]>>;

async function must(committing: Promise<Committed>): Promise<void> {
  const committed = await committing;
  if (!committed.ok) throw new Error(`refused: ${committed.reason}`);
}

export const jobs: Jobs = {
  commit: async ({ open, go }, { batches }) => {
    const store = await open();
    await go();
    const all: Committed[] = [];
    for (const batch of batches) all.push(await store.commit(batch));
    return all;
  },

  count: async ({ open, go }, { times }) => {
    const store = await open();
    await go();
    for (let done = 0; done < times;) {
      const record = await store.getRequest(TENANT, "r1");
      if (!record) throw new Error("no request");
      const next = { ...record, args: { amount: Number(record.args["amount"]) + 1 } };
      const changes = [put(next, record.version), addOpen("pay-001", 1)];
      const { ok } = await store.commit({ tenant: TENANT, changes, events: [] });
      if (ok) done++;
      else await sleep(Math.random() * 2);
    }
    return null;
  },

  spend: async ({ open, go }, { grant }) => {
    const store = await open();
    await go();
    for (let spent = 0; ; spent++) {
      const { ok } = await store.commit({ tenant: TENANT, changes: [addUses(grant, -1, 0)], events: [] });
      if (!ok) return spent;
    }
  },

  ask: async ({ open, say }, { threads }) => {
    const store = await open();
    const asking = async (threadId: string): Promise<never> => {
      for (let n = ((await store.getThread(TENANT, threadId))?.version ?? 0) + 1; ; n++) {
        const owner = thread(threadId, { continuation: new Uint8Array(20_000).fill(n) });
        const id = `${threadId}-${n}`;
        const changes = [putThread(owner, n - 1), put(request(id, { threadId })), addOpen(threadId, 1)];
        await must(store.commit({ tenant: TENANT, changes, events: [event(`thread/${threadId}`, n), event(id, 1)] }));
        say({ threadId, n });
        await breathe();
      }
    };
    await Promise.all(threads.map(asking));
    return null;
  },

  claim: async ({ open, go }, options) => {
    const store = await open();
    await go();
    const all: DueItem[] = [];
    for (let idle = 0; idle < 3;) {
      const due = await store.claimDue("thread", { tenant: TENANT, ...options });
      all.push(...due.map(named));
      idle = due.length === 0 ? idle + 1 : 0;
      if (due.length === 0) await sleep(5);
    }
    return all;
  },

  record: async ({ open, go }, { name, times }) => {
    const store = await open();
    await go();
    for (let n = 0; n < times; n++) {
      await must(store.commit({ tenant: TENANT, changes: [put(request(`${name}-${n}`))], events: [event(`${name}-${n}`, 1)] }));
      await breathe();
    }
    return null;
  },

  hold: async ({ open, say }, { leaseMs }) => {
    const store = await open();
    say((await store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs, limit: 1 })).map(named));
    await new Promise<never>(() => {});
    return null;
  },

  due: async ({ open }, { kind }) => {
    const store = await open();
    return (await store.claimDue(kind, { tenant: TENANT, holder: "worker/2", leaseMs: 60_000, limit: 100 })).map(named);
  },

  append: async ({ open, go }, { chain, batches }) => {
    const store = await open();
    await go();
    for (let n = 0; n < batches; n++) {
      const events = [1, 2, 3].slice(0, 1 + (n % 3)).map((step) => event(`${chain}/${n}`, step));
      await must(store.commit({ tenant: TENANT, changes: [], events }));
    }
    return null;
  },

  create: async ({ open, say, location }, { most }) => {
    for (let n = 0; n < most; n++) {
      say(n);
      const store = await open(`${location}-${n}`);
      await store.close();
      await breathe();
    }
    return null;
  },

  first: async ({ open, go }, { id }) => {
    await go();
    const store = await open();
    await must(store.commit({ tenant: TENANT, changes: [put(request(id))], events: [] }));
    return null;
  },

  crowd: async ({ open, say }, { name, pause }) => {
    const store = await open();
    for (let n = 0; ; n++) {
      const changes = [
        put(request(`${name}-before-${n}`, { askedAt: T0 - 1 - n })),
        put(request(`${name}-behind-${n}`, { askedAt: T0 + 10_000 + n })),
      ];
      await must(store.commit({ tenant: TENANT, changes, events: [] }));
      say(n);
      await sleep(pause);
    }
  },

  hog: async ({ open, go }, { name, thread: id }) => {
    const store = await open();
    await go();
    for (let n = 0; ; n++) {
      const records = Array.from({ length: 100 }, (_, m) => put(request(`${name}-${m}`), n));
      await must(store.commit({ tenant: TENANT, changes: [addOpen(id, 1), ...records], events: [] }));
      // Where nobody sees to it who comes next, others might wait for ever.
      await sleep(Math.random() * 10);
    }
  },

  sweep: async ({ open, go }, options) => {
    const store = await open();
    await go();
    for (;;) {
      await store.claimDue("thread", { tenant: TENANT, limit: 10, ...options });
      await sleep(1);
    }
  },

  documents: async ({ open, go }, { times }) => {
    const { documents } = having(await open(), "documents");
    await go();
    await countUp(documents, times);
    return claimAgain(documents, times);
  },

  keepDocuments: async ({ open, say }) => putForEver(having(await open(), "documents").documents, say),

  halves: async ({ open, say }) => {
    const store = await open();
    for (let n = 1; ; n++) {
      const changes = [put(request("one", { reason: `${n}` }), n - 1), put(request("two", { reason: `${n}` }), n - 1)];
      await must(store.commit({ tenant: TENANT, changes, events: [event("one", n), event("two", n)] }));
      say(n);
      await breathe();
    }
  },
};
