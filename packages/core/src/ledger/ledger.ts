import { z } from "zod";
import { grantSubject } from "../audit/subject.ts";
import type { AuditEvent } from "../contract/event.ts";
import type { Awaitable } from "../contract/json.ts";
import type { Page, RequestQuery } from "../contract/request.ts";
import type { Store } from "../contract/store.ts";
import type { ThreadQuery } from "../contract/threads.ts";
import { CountersignError } from "../errors/error.ts";
import { readPage } from "../store/page.ts";
import type { Batch, Change, Committed, DueItem, DueKind, DueOptions, StorePort, ThreadRead } from "../store/port.ts";
import { flawOf, parseGrant, parseRequest, parseThread } from "../store/parse-records.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "../store/records.ts";
import type { ThreadHead } from "../store/threads.ts";
import { readEach, unreadableRecord } from "../store/unreadable.ts";
import { flawIn, refuseForged } from "./forged.ts";
import { Founded } from "./founded.ts";
import { FREEZES } from "./reserved.ts";
import { persist } from "./persist.ts";
import { withSchemas } from "./schemas.ts";
import type { Changed } from "./writes.ts";

const METHODS = [
  "commit", "now", "getRequest", "getThread", "readThread", "requestsOfThread", "requestsOfTurn", "listRequests", "countRequests",
  "grantsFor", "listEvents", "claimDue", "watch", "close",
] as const satisfies readonly (keyof StorePort)[]; // prettier-ignore

/** @throws SETUP if this isn't a store */
export function portOf(store: Store): StorePort {
  const missing = METHODS.find((method) => typeof (store as Partial<StorePort> | undefined)?.[method] !== "function");
  if (missing) {
    throw new CountersignError("SETUP", {
      hint: `createGate needs a store such as sqliteStore("countersign.db"). It got something without ${missing}().`,
    });
  }
  return store as StorePort;
}

/** What a grant's first event says of the calls that it is for. */
const grantedCall = z.lazy(() => z.object({ grant: z.object({ namespace: z.string().optional(), tool: z.string(), agent: z.string() }) }));

/** Several records, and those among them that can't be read. */
type Readable<T> = Pick<Page<T>, "items" | "unreadable">;

/** One tenant's view of the store. Everything that is read is parsed, and nothing is written that could not be read again. */
export class Ledger {
  readonly tenant: string;
  readonly port: StorePort;
  /** Unix ms, by the clock that deadlines are judged by. */
  readonly now: () => Promise<number>;
  readonly #clock: (() => number) | undefined;
  readonly #founded: Founded;

  /** @param clock in place of the store's */
  constructor(port: StorePort, tenant: string, clock: (() => number) | undefined) {
    this.port = port;
    this.tenant = tenant;
    this.#clock = clock;
    this.#founded = Founded.of(port, tenant);
    this.now = clock ? async () => clock() : () => port.now();
  }

  async request(id: string): Promise<RequestRecord | undefined> {
    const record = await this.port.getRequest(this.tenant, id);
    return record && (await this.#seen([parseRequest(record)]))[0];
  }

  /** @throws REQUEST_NOT_FOUND */
  async demand(id: string): Promise<RequestRecord> {
    const record = await this.request(id);
    if (!record) throw new CountersignError("REQUEST_NOT_FOUND", { id });
    return record;
  }

  async thread(id: string): Promise<ThreadRecord | undefined> {
    const record = await this.port.getThread(this.tenant, id);
    if (id === FREEZES) this.#founded.see(id, record !== undefined);
    return record && parseThread(record);
  }

  /** The thread with what is under way in it, at one moment. */
  async read(threadId: string): Promise<ThreadRead> {
    return this.#readable(await this.port.readThread(this.tenant, threadId));
  }

  async #readable({ thread, unfinished, now }: ThreadRead): Promise<ThreadRead> {
    const requests = await this.#seen(unfinished.map(parseRequest));
    return { thread: thread && parseThread(thread), unfinished: requests, now: this.#clock?.() ?? now };
  }

  /** @param after only those recorded after this one */
  async ofThread(threadId: string, after?: string): Promise<readonly RequestRecord[]> {
    const found = await this.port.requestsOfThread(this.tenant, threadId, after);
    // A store that doesn't know `after` answers all of them.
    return this.#seen(found.slice(found.findIndex(({ id }) => id === after) + 1).map(parseRequest));
  }

  async ofTurn(threadId: string, turnId: string): Promise<readonly RequestRecord[]> {
    return this.#seen((await this.port.requestsOfTurn(this.tenant, threadId, turnId)).map(parseRequest));
  }

  async list(query: RequestQuery): Promise<Page<RequestRecord>> {
    const { items, ...page } = readPage(await this.port.listRequests(this.tenant, query), listed);
    return { items: await withSchemas(this.port, this.tenant, items), ...page };
  }

  /** As they may be shown, signed and run. @throws AUDIT_BROKEN */
  #seen(records: readonly RequestRecord[]): Promise<readonly RequestRecord[]> {
    return withSchemas(this.port, this.tenant, records.map(refuseForged));
  }

  /** What can be large of a thread is left out. @throws SETUP if this store can't list them */
  async threads(query: ThreadQuery): Promise<Page<ThreadHead>> {
    const page = await this.port.listThreads?.(this.tenant, query);
    if (!page) {
      throw new CountersignError("SETUP", {
        hint: "This store can't list threads: it has no listThreads(). If it is your own, docs/write-a-store.md says how to add it.",
      });
    }
    return readPage<ThreadHead>(page, parseThread);
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

  async grant(id: string): Promise<GrantRecord | undefined> {
    const found = await this.unparsedGrant(id);
    return found && parseGrant(found);
  }

  /** As the store gives it. Stores find grants by the calls that they are for: the first event of its chain says which. */
  async unparsedGrant(id: string): Promise<GrantRecord | undefined> {
    const [first] = (await this.events(undefined, 1, grantSubject(id))).events;
    const call = grantedCall.safeParse(first?.data);
    if (!call.success) return undefined;
    const { namespace, tool, agent } = call.data.grant;
    return (await this.port.grantsFor(this.tenant, { namespace, tool, agent })).find((grant) => grant.id === id);
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
      hint: "This store can't purge: it has no closedThreads(). sqliteStore and postgresStore can. If the store is your own, docs/write-a-store.md says how to add it.",
    });
  }

  /**
   * What the batch rests on and isn't there is made in the same commit.
   * @throws SETUP for a record that could not be read again: nothing is written
   */
  async commit(batch: Omit<Batch, "tenant">): Promise<Committed> {
    for (const change of batch.changes) if (change.op === "put") refuseUnreadable(change);
    return this.#founded.commit({ tenant: this.tenant, ...batch }, this.now);
  }

  /** Makes what every tenant has. */
  async found(): Promise<void> {
    await this.commit({ changes: [], events: [] });
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

  /** What a claim has answered of its thread, or a read. */
  claimed({ id, read }: DueItem): Promise<ThreadRead> {
    return read ? this.#readable(read) : this.read(id);
  }
}

/** One that isn't what was hashed keeps none of the others from its page. */
function listed(item: RequestRecord): RequestRecord {
  const record = parseRequest(item);
  const flaw = flawIn(record);
  if (flaw !== undefined) throw unreadableRecord(record.id, flaw);
  return record;
}

function refuseUnreadable({ kind, record }: Extract<Change, { op: "put" }>): void {
  const flaw = flawOf(kind, record);
  if (flaw === undefined) return;
  const hint = `The ${kind} ${record.id} was not written, because nobody could read it again: ${flaw}. Nothing was changed.`;
  throw new CountersignError("SETUP", { hint });
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
