import type { Freeze } from "@countersign/core";
import type { AuditEvent, Batch, DueItem, GrantRecord, RequestRecord, StorePort, ThreadRecord } from "@countersign/core/store";
import type { Given, Thrown } from "./books.ts";
import { miscount } from "./counted.ts";
import { acquired, ended, restarted } from "./holds.ts";
import { misnotice } from "./notices.ts";
import type { Process } from "./process.ts";
import { misstepOf } from "./transitions.ts";
import type { World } from "./world.ts";

export const TENANT = "default";
const FREEZES = "countersign/freezes";

/** The records as they are after the last commit, and the promises that every commit must keep. */
export class Monitor {
  readonly world: World;
  readonly requests = new Map<string, RequestRecord>();
  readonly threads = new Map<string, ThreadRecord>();
  /** Effects that really happened, by request. */
  readonly effects = new Map<string, readonly number[]>();
  readonly entered = new Set<string>();
  readonly thrown = new Map<string, Thrown>();
  /** How often a person had an execution tried again. */
  readonly retries = new Map<string, number>();
  /** Store clock: when a request was recorded. */
  readonly asked = new Map<string, number>();
  /** Store clock: when a request was decided, or stopped waiting otherwise. */
  readonly decided = new Map<string, number>();
  /** Remembered decisions as they were given, and the calls that each has decided. */
  readonly grants = new Map<string, Given>();
  readonly granted = new Map<string, readonly RequestRecord[]>();
  readonly notices = new Map<string, number>();
  /** What is frozen. */
  freezes: readonly Freeze[] = [];
  /** Claims that came after a freeze which covers them. */
  readonly frozen = new Set<string>();
  /** Digests that a reviewer has looked at, by request and person. */
  readonly seen = new Map<string, Set<string>>();
  readonly #store: StorePort;

  constructor(world: World, store: StorePort) {
    this.world = world;
    this.#store = store;
  }

  saw(id: string, who: string, digest: string): void {
    const key = `${id}/${who}`;
    this.seen.set(key, (this.seen.get(key) ?? new Set()).add(digest));
  }

  ofThread(threadId: string): readonly RequestRecord[] {
    return [...this.requests.values()].filter((record) => record.threadId === threadId);
  }

  ofTurn({ threadId, turnId }: RequestRecord): readonly RequestRecord[] {
    return this.ofThread(threadId).filter((record) => record.turnId === turnId);
  }

  /** When the leases and deadlines of what is under way end. */
  ends(): readonly number[] {
    const requests = [...this.requests.values()].flatMap(({ state, leaseUntil, expiresAt, decidedAt, executeWithin }) => {
      if (state === "pending") return expiresAt ?? [];
      if (state === "executing") return leaseUntil;
      return state === "approved" && decidedAt !== undefined && executeWithin !== undefined ? decidedAt + executeWithin : [];
    });
    return [...requests, ...[...this.threads.values()].map(({ leaseUntil }) => leaseUntil)];
  }

  /** A batch was accepted. */
  async committed(process: Process, batch: Batch): Promise<void> {
    const touched = new Set<string>();
    const read = new Set<string>();
    for (const change of batch.changes) if (change.op === "put" && change.kind === "grant") this.#grantChanged(change.record);
    const requests = batch.changes.flatMap((change) => (change.op === "put" && change.kind === "request" ? [change.record] : []));
    for (const { id, threadId } of requests) {
      touched.add(threadId);
      await this.#requestChanged(process, id, batch.events.filter(({ subject }) => subject === id)); // prettier-ignore
    }
    for (const change of batch.changes) {
      if (change.op === "add" && change.kind === "thread") touched.add(change.id);
      if (change.op !== "put" || change.kind !== "thread") continue;
      await this.#threadChanged(process, change.record.id, batch);
      touched.add(change.record.id);
      read.add(change.record.id);
    }
    // Nothing else happens until this commit is judged.
    for (const threadId of touched)
      this.#count(threadId, read.has(threadId) ? this.threads.get(threadId) : await this.#readThread(threadId));
  }

  /** `claimDue` has leased threads. */
  async leased(process: Process, due: readonly DueItem[]): Promise<void> {
    for (const { id } of due) {
      const before = this.threads.get(id);
      const after = await this.#readThread(id);
      if (!after) continue;
      this.world.note(`${process.name} ${id}: claimed, fence ${after.fence}`);
      acquired(this, process, before, after);
      this.#count(id, after);
    }
  }

  async #requestChanged(process: Process, id: string, events: readonly AuditEvent[]): Promise<void> {
    const before = this.requests.get(id);
    const after = await this.#store.getRequest(TENANT, id);
    if (!after) return this.world.fail("I0 a record that was put is not there");
    for (const { type } of events) this.world.count(`request ${type}`);
    for (const { type } of events) this.world.note(`${process.name} ${id.slice(0, 4)} ${after.callId} ${type} -> ${after.state}`);
    const broken = this.#chainMisstep(before, after, events);
    const wrong = broken ?? misstepOf(this, process, before, after, events.at(-1)) ?? misnotice(this, before, after, events);
    if (wrong) this.world.fail(wrong);
    if (!before) this.asked.set(id, this.world.time.now);
    const overdrawn = before ? undefined : this.#misgrant(after);
    if (overdrawn) this.world.fail(overdrawn);
    if (after.state !== "pending" && (!before || before.state === "pending")) this.decided.set(id, this.world.time.now);
    if (before?.state === "unknown" && after.state === "approved" && events.at(-1)?.type === "settled") {
      this.retries.set(id, (this.retries.get(id) ?? 0) + 1);
    }
    if (events.some(({ type }) => type === "claimed") && this.freezes.some((freeze) => isCovered(freeze, after)))
      this.frozen.add(`${id}/${after.attempt}`);
    this.requests.set(id, after);
  }

  #grantChanged({ id, grant, revokedAt }: GrantRecord): void {
    this.world.count(revokedAt === undefined ? "grant remembered" : "grant revoked");
    this.world.note(
      `grant ${id.slice(0, 4)} of ${grant.uses} ${grant.scope} ${grant.decision}${revokedAt === undefined ? "" : " revoked"}`,
    );
    this.grants.set(id, { grant, revokedAt });
  }

  /** I9: a call that nobody signed was decided by a grant that covers it, in its time, and not once too often. */
  #misgrant(record: RequestRecord): string | undefined {
    const { grantId, proposal, tool, threadId } = record;
    if (grantId === undefined) return undefined;
    const given = this.grants.get(grantId);
    if (!given) return "I9 decided by a grant that nobody gave";
    const decided = [...(this.granted.get(grantId) ?? []), record];
    this.granted.set(grantId, decided);
    const { grant, revokedAt } = given;
    const fits = grant.tool === tool && (grant.threadId ?? threadId) === threadId && (grant.digest ?? proposal.digest) === proposal.digest;
    if (!fits) return "I9 decided by a grant for something else";
    if (revokedAt !== undefined) return "I9 decided by a grant that was revoked";
    if (this.world.time.now >= (grant.expiresAt ?? Infinity)) return "I9 decided by a grant that was over";
    return decided.length > grant.uses ? `I9 a grant of ${grant.uses} has decided ${decided.length} calls` : undefined;
  }

  async #threadChanged(process: Process, id: string, { events }: Batch): Promise<void> {
    const own = events.filter(({ subject }) => subject === `thread/${id}`);
    const before = this.threads.get(id);
    const after = await this.#readThread(id);
    if (!after) return this.world.fail("I0 a record that was put is not there");
    const type = own.at(-1)?.type;
    if (type) this.world.count(`thread ${type}`);
    if (type)
      this.world.note(
        `${process.name} ${id} ${type} -> ${after.state}, open ${after.open}, fence ${after.fence}, held by ${after.holder?.slice(0, 8)}`,
      );
    const broken = this.#chainMisstep(before, after, own);
    if (broken) this.world.fail(broken);
    if (id === FREEZES) {
      this.freezes = (after.context as { freezes: readonly Freeze[] }).freezes;
      return;
    }
    if (before && after.fence < before.fence) this.world.fail("I1 the fence went down");
    const wrong = miscount(after, this.ofThread(id));
    if (wrong) this.world.fail(wrong);
    if (type === "started") restarted(this, id);
    if (type === "started" || type === "resumed") acquired(this, process, before, after);
    else ended(this, process, before, after, own.at(-1));
  }

  /** I5, at the commit: each event is the next of its chain, and the last one says the state. */
  #chainMisstep(before: Chained | undefined, after: Chained, events: readonly AuditEvent[]): string | undefined {
    let { seq, head } = before ?? { seq: 0, head: "" };
    for (const event of events) {
      if (event.seq !== seq + 1 || event.prev !== head) return "I5 an event does not continue its chain";
      ({ seq, hash: head } = event);
    }
    if (after.seq !== seq || after.head !== head) return "I5 the record's head is not its chain's";
    if (before && before.state !== after.state && events.length === 0) return "I5 a state changed without an event";
    return events.length > 0 && events.at(-1)?.data["state"] !== after.state ? "I5 the last event does not say the state" : undefined;
  }

  async #readThread(id: string): Promise<ThreadRecord | undefined> {
    const thread = await this.#store.getThread(TENANT, id);
    if (thread) this.threads.set(id, thread);
    return thread;
  }

  /** I3. */
  #count(threadId: string, thread: ThreadRecord | undefined): void {
    const open = this.ofThread(threadId).filter(({ state }) => state === "pending" || state === "unknown").length;
    if (thread?.open !== open) this.world.fail(`I3 the counter says ${thread?.open}, but ${open} are open`);
  }
}

function isCovered({ tool, agent }: Freeze, call: RequestRecord): boolean {
  return (tool ?? call.tool) === call.tool && (agent ?? call.agent) === call.agent;
}

interface Chained {
  readonly seq: number;
  readonly head: string;
  readonly state: string;
}
