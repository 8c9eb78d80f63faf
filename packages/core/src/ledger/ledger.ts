import { z } from "zod";
import { grantSubject } from "../audit/subject.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { Awaitable } from "../contract/json.ts";
import type { Page, RequestQuery } from "../contract/request.ts";
import type { Store } from "../contract/store.ts";
import type { ThreadQuery } from "../contract/threads.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";
import { parsePage } from "../store/page.ts";
import type { Batch, Change, Committed, DueItem, DueKind, DueOptions, StorePort } from "../store/port.ts";
import { flawOf, parseGrant, parseRequest, parseThread } from "../store/parse-records.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "../store/records.ts";
import type { ThreadHead } from "../store/threads.ts";
import { readEach } from "../store/unreadable.ts";

const METHODS = [
  "commit", "now", "getRequest", "getThread", "requestsOfThread", "requestsOfTurn", "listRequests", "countRequests",
  "grantsFor", "listEvents", "claimDue", "watch", "close",
] as const satisfies readonly (keyof StorePort)[]; // prettier-ignore

/** @throws SETUP if this isn't a store */
export function portOf(store: Store): StorePort {
  const missing = METHODS.find((method) => typeof (store as Partial<StorePort> | undefined)?.[method] !== "function");
  if (missing) {
    throw new CountersignError("SETUP", {
      hint: `createGate needs a store such as sqliteStore("countersign.db"); what was given has no ${missing}().`,
    });
  }
  return store as StorePort;
}

/** What a grant's first event says of the calls that it is for. */
const grantedCall = z.lazy(() => z.object({ namespace: z.string().optional(), tool: z.string(), agent: z.string() }));

/** Several records, and those among them that can't be read. */
type Readable<T> = Pick<Page<T>, "items" | "unreadable">;

/** One tenant's view of the store. Everything that is read is parsed, and nothing is written that could not be read again. */
export class Ledger {
  readonly tenant: string;
  readonly port: StorePort;
  /** Unix ms, by the clock that deadlines are judged by. */
  readonly now: () => Promise<number>;

  constructor(port: StorePort, tenant: string, now: (() => number) | undefined) {
    this.port = port;
    this.tenant = tenant;
    this.now = now ? async () => now() : () => port.now();
  }

  async request(id: string): Promise<RequestRecord | undefined> {
    const record = await this.port.getRequest(this.tenant, id);
    return record && parseRequest(record);
  }

  /** @throws REQUEST_NOT_FOUND */
  async demand(id: string): Promise<RequestRecord> {
    const record = await this.request(id);
    if (!record) throw new CountersignError("REQUEST_NOT_FOUND", { id });
    return record;
  }

  async thread(id: string): Promise<ThreadRecord | undefined> {
    const record = await this.port.getThread(this.tenant, id);
    return record && parseThread(record);
  }

  async ofThread(threadId: string): Promise<readonly RequestRecord[]> {
    return (await this.port.requestsOfThread(this.tenant, threadId)).map(parseRequest);
  }

  async ofTurn(threadId: string, turnId: string): Promise<readonly RequestRecord[]> {
    return (await this.port.requestsOfTurn(this.tenant, threadId, turnId)).map(parseRequest);
  }

  /** For whoever looks at all of them: a run goes on only where {@link ofThread} can read every one. */
  async readableOfThread(threadId: string): Promise<Readable<RequestRecord>> {
    return readEach(await this.port.requestsOfThread(this.tenant, threadId), parseRequest);
  }

  async list(query: RequestQuery): Promise<Page<RequestRecord>> {
    return parsePage(await this.port.listRequests(this.tenant, query));
  }

  /** What can be large of a thread is left out. @throws SETUP if this store can't list them */
  async threads(query: ThreadQuery): Promise<Page<ThreadHead>> {
    const page = await this.port.listThreads?.(this.tenant, query);
    if (!page) {
      throw new CountersignError("SETUP", {
        hint: "This store can't list threads: it has no listThreads(). A store of your own learns it from docs/write-a-store.md.",
      });
    }
    const { items, unreadable = [], next } = page;
    const read = readEach(items, parseThread);
    const all = [...unreadable, ...(read.unreadable ?? [])];
    return { items: read.items, ...(all.length > 0 ? { unreadable: all } : {}), next };
  }

  /** Up to `cap`. */
  count(query: RequestQuery, cap: number): Promise<number> {
    return this.port.countRequests(this.tenant, query, cap);
  }

  async grantsFor(call: {
    readonly namespace?: string | undefined;
    readonly tool: string;
    readonly agent: string;
  }): Promise<readonly GrantRecord[]> {
    const { namespace, tool, agent } = call;
    return (await this.port.grantsFor(this.tenant, { namespace, tool, agent })).map(parseGrant);
  }

  /** Stores find grants by the calls that they are for: the first event of its chain says which. */
  async grant(id: string): Promise<GrantRecord | undefined> {
    const [first] = (await this.events(undefined, 1, grantSubject(id))).events;
    const call = grantedCall.safeParse(first?.data);
    if (!call.success) return undefined;
    const { namespace, tool, agent } = call.data;
    const found = (await this.port.grantsFor(this.tenant, { namespace, tool, agent })).find((grant) => grant.id === id);
    return found && parseGrant(found);
  }

  /** Undefined: the store can't list them. */
  async grants(tool?: string): Promise<Readable<GrantRecord> | undefined> {
    const found = await this.port.listGrants?.(this.tenant, tool);
    return found && readEach(found, parseGrant);
  }

  events(
    after: string | undefined,
    limit: number,
    subject?: string,
  ): Promise<{ readonly events: readonly AuditEvent[]; readonly position: string }> {
    return this.port.listEvents(this.tenant, after, limit, subject);
  }

  /** @throws SETUP if this store can't purge */
  async closedThreads(before: number, limit: number): Promise<readonly string[]> {
    const { port } = this;
    if (port.closedThreads) return port.closedThreads(this.tenant, before, limit);
    throw new CountersignError("SETUP", {
      hint: "This store can't purge: it has no closedThreads(). sqliteStore can; a store of your own learns it from docs/write-a-store.md.",
    });
  }

  /** @throws SETUP for a record that could not be read again: nothing is written */
  async commit(batch: Omit<Batch, "tenant">): Promise<Committed> {
    for (const change of batch.changes) if (change.op === "put") refuseUnreadable(change);
    return this.port.commit({ tenant: this.tenant, ...batch });
  }

  /**
   * Changes one request: `step` sees it as it is now and says what to write. Somebody else was faster, or the store gave no
   * answer: again, from a read. Answers the record as it then is.
   * @param read the request as it was read before: if it has changed since, the commit finds out
   * @throws REQUEST_NOT_FOUND, STORE_UNAVAILABLE, and what `step` throws
   */
  change(id: string, step: (record: RequestRecord, now: number) => Awaitable<Step>, read?: RequestRecord): Promise<RequestRecord> {
    let known = read;
    return persist(async () => {
      const [record, now] = await Promise.all([known ?? this.demand(id), this.now()]);
      known = undefined;
      const next = await step(record, now);
      if (!("changes" in next)) return next;
      const { record: written, before, tooLate, ...writes } = next;
      const committed = await this.commit({ ...writes, before });
      if (committed.ok) return written;
      if (committed.reason !== "TOO_LATE" || !tooLate) return undefined;
      return (await this.commit(tooLate)).ok ? tooLate.record : undefined;
    });
  }

  claimDue(kind: DueKind, options: Omit<DueOptions, "tenant">): Promise<readonly DueItem[]> {
    return this.port.claimDue(kind, { tenant: this.tenant, ...options });
  }
}

function refuseUnreadable({ kind, record }: Extract<Change, { op: "put" }>): void {
  const flaw = flawOf(kind, record);
  if (flaw === undefined) return;
  const hint = `The ${kind} ${record.id} is not written, because nobody could read it again: ${flaw}. Nothing was changed.`;
  throw new CountersignError("SETUP", { hint });
}

/** What a change of one request writes, and the request after it. */
export interface Changed extends Writes {
  readonly record: RequestRecord;
}

/** What is to become of a request: nothing, or a change. */
type Step =
  | RequestRecord
  | (Changed & {
      /** Unix ms: refused when the store's own clock has reached it… */
      readonly before?: number | undefined;
      /** …and then this is written. */
      readonly tooLate?: Changed;
    });

/** What one transition writes. */
export interface Writes {
  readonly changes: readonly Change[];
  readonly events: readonly AuditEvent[];
}

const CONFLICTS = 1_000;
const OUTAGES = 5;

/**
 * Read, decide, commit, and again from the start while `attempt` answers undefined (somebody else was faster). An
 * unanswered commit may have happened, so that too starts again from a read.
 * @throws STORE_UNAVAILABLE when the store stays away
 */
export async function persist<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  let outages = 0;
  for (let conflicts = 0; conflicts < CONFLICTS;) {
    try {
      const result = await attempt();
      if (result !== undefined) return result;
      conflicts++;
    } catch (error) {
      if (!isCountersignError(error, "STORE_UNAVAILABLE") || !error.details.retryable || ++outages >= OUTAGES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** outages));
    }
  }
  throw new CountersignError("STORE_UNAVAILABLE", { retryable: true }, { note: "Too many others write the same record." });
}
