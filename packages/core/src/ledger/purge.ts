import { z } from "zod";
import type { PurgeOptions } from "../contract/gate.ts";
import { originNote, originSchema } from "../contract/origin.ts";
import { principalSchema, SYSTEM } from "../contract/principal.ts";
import type { RequestQuery } from "../contract/request.ts";
import { durationMs, durationSchema } from "../contract/terms.ts";
import { parseInput } from "../errors/parse-input.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { unlessUnreadable } from "../store/unreadable.ts";
import type { Ledger } from "./ledger.ts";
import type { Writes } from "./writes.ts";
import { persist } from "./persist.ts";
import { purgeRequest, purgeThread, type Purging } from "./purged.ts";
import { putThread, together } from "./transition.ts";

/** Requests read at a time. */
const PAGE = 200;
/** Records that go at a time: each is two changes, and its thread is one. */
const BATCH = 40;

const FINISHED: readonly RequestQuery[] = [
  { execution: "done" },
  { execution: "failed" },
  { status: "rejected" },
  { status: "expired" },
  { status: "cancelled" },
];

/** What can go of one thread: itself, or some of its requests. */
interface Purge {
  /** The thread's. */
  readonly id: string;
  readonly records: number;
  readonly writes: Writes;
}

/** One purge: who began it and when, and what goes. */
interface Task {
  readonly happening: Purging;
  /** Unix ms: what had ended before goes. */
  readonly before: number;
  /** Only counts. */
  readonly dryRun: boolean;
}

const PURGE = 'Write gate.purge({ olderThan: "90d", by: { id: "alice" } }).';
const optionsSchema = z.lazy(() =>
  z
    .strictObject({
      olderThan: durationSchema,
      by: principalSchema.optional(),
      origin: originSchema.optional(),
      dryRun: z.boolean().optional(),
    })
    .refine(({ by, dryRun }) => by !== undefined || dryRun, { path: ["by"], error: "missing" }),
);

/**
 * Purges what had ended that long ago: closed threads all of whose requests have finished, and finished requests of
 * threads that no run goes on with. What somebody changes meanwhile is left for the next time.
 * @throws INVALID_ARGS, SETUP if this store can't purge, STORE_UNAVAILABLE; what was purged until then stays purged
 */
export async function purge(ledger: Ledger, options: PurgeOptions): Promise<{ requests: number; threads: number }> {
  const { olderThan, by, origin, dryRun = false } = parseInput(optionsSchema, options, "options", PURGE);
  const at = await persist(() => ledger.now());
  const happening = { at, actor: by, note: originNote(origin) };
  const task = { happening, before: at - (durationMs(olderThan) ?? Infinity), dryRun };
  const threads = await purgeThreads(ledger, task);
  let requests = 0;
  for (const query of FINISHED) requests += await purgeRequests(ledger, query, task);
  return { requests, threads };
}

async function purgeThreads(ledger: Ledger, task: Task): Promise<number> {
  let purged = 0;
  // Those that stay are found again each time: so each time more are asked for.
  for (const kept = new Set<string>(); ;) {
    const found = await persist(() => ledger.closedThreads(task.before, BATCH + kept.size));
    const ids = found.filter((id) => !kept.has(id)).slice(0, BATCH);
    if (ids.length === 0) return purged;
    const purges: Purge[] = [];
    for (const id of ids) {
      const writes = await unlessUnreadable(persist(() => threadPurge(ledger, id, task)));
      if (writes) purges.push({ id, records: 1, writes });
      else kept.add(id);
    }
    const refused = task.dryRun ? [] : await commitAll(ledger, purges);
    for (const { id } of task.dryRun ? purges : refused) kept.add(id);
    purged += purges.length - refused.length;
  }
}

/** Null: it is live again, or was purged already, or some request of it still needs its context. */
async function threadPurge(ledger: Ledger, id: string, { happening, before }: Task): Promise<Writes | null> {
  const { thread, unfinished } = await ledger.read(id);
  if (thread?.state !== "closed" || thread.closedAt === undefined || thread.closedAt >= before) return null;
  return unfinished.length === 0 ? purgeThread(thread, happening) : null;
}

async function purgeRequests(ledger: Ledger, query: RequestQuery, { happening, before, dryRun }: Task): Promise<number> {
  let purged = 0;
  for await (const page of askedBefore(ledger, query, before)) {
    const purges: Purge[] = [];
    const old = page.filter((record) => finishedAt(record) < before);
    for (const [threadId, records] of Map.groupBy(old, (record) => record.threadId)) {
      const thread = await unlessUnreadable(persist(() => restingThread(ledger, threadId)));
      if (thread) purges.push(...purgesIn(thread, records, happening));
    }
    for (const batch of batchesOf(purges)) {
      const refused = dryRun ? [] : await commitAll(ledger, batch);
      for (const { records } of batch.filter((purge) => !refused.includes(purge))) purged += records;
    }
  }
  return purged;
}

/** The thread is written too: no run has begun on it until then, and what has been counted in it is counted anew. */
function purgesIn(resting: ThreadRecord, old: readonly RequestRecord[], happening: Purging): readonly Purge[] {
  const purges: Purge[] = [];
  for (let thread = resting; purges.length * BATCH < old.length;) {
    const records = old.slice(purges.length * BATCH).slice(0, BATCH);
    const recounted = thread.counted && ({ type: "recounted", at: happening.at, actor: SYSTEM } as const);
    const put = putThread(thread, { counted: undefined }, recounted);
    purges.push({
      id: thread.id,
      records: records.length,
      writes: together(...records.map((record) => purgeRequest(record, happening)), put),
    });
    thread = put.record;
  }
  return purges;
}

/** Each thread once at the most. */
function batchesOf(purges: readonly Purge[]): readonly (readonly Purge[])[] {
  const batches: Purge[][] = [];
  let records = 0;
  for (const purge of purges) {
    records += purge.records;
    const last = batches.at(-1);
    if (last && records <= BATCH) {
      last.push(purge);
      continue;
    }
    batches.push([purge]);
    records = purge.records;
  }
  return batches;
}

/** Page by page, the oldest first. Nothing finishes before it was asked. */
async function* askedBefore(ledger: Ledger, query: RequestQuery, before: number): AsyncGenerator<readonly RequestRecord[]> {
  for (let after: string | undefined; ;) {
    const page = await persist(() => ledger.list({ ...query, limit: PAGE, ...(after === undefined ? {} : { after }) }));
    const asked = page.items.filter(({ askedAt }) => askedAt < before);
    yield asked;
    if (page.next === undefined || asked.length < page.items.length) return;
    after = page.next;
  }
}

function finishedAt({ endedAt, decidedAt, askedAt }: RequestRecord): number {
  return endedAt ?? decidedAt ?? askedAt;
}

/** Null: a run goes on, and may need its receipts. */
async function restingThread(ledger: Ledger, threadId: string): Promise<ThreadRecord | null> {
  const thread = await ledger.thread(threadId);
  return !thread || (thread.state === "live" && thread.framework !== "none") ? null : thread;
}

/** Answers which were refused, because somebody wrote in between: then each is tried alone, so that one doesn't keep the others. */
async function commitAll(ledger: Ledger, purges: readonly Purge[]): Promise<readonly Purge[]> {
  if (await isCommitted(ledger, together(...purges.map(({ writes }) => writes)))) return [];
  const refused: Purge[] = [];
  for (const purge of purges) if (!(await isCommitted(ledger, purge.writes))) refused.push(purge);
  return refused;
}

/** A try that was never answered may have been written: then its events are there. All or nothing, so one of them tells. */
function isCommitted(ledger: Ledger, writes: Writes): Promise<boolean> {
  const [event] = writes.events;
  return persist(async () => {
    if (!event || (await ledger.commit(writes)).ok) return true;
    const chain = await ledger.events(undefined, 1, event.subject);
    return chain.events[0]?.hash === event.hash;
  });
}
