import type { Limits } from "../contract/defaults.ts";
import type { RequestQuery } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import type { StorePort } from "../store/port.ts";
import type { RequestRecord } from "../store/records.ts";
import type { Ledger } from "./ledger.ts";

/** Limits are about requests that were asked so lately, in ms. */
const WITHIN = 60_000;
const PAGE = 100;

/** Questions that are about to be recorded and will wait for people. */
export interface NewRequests {
  readonly threadId: string;
  readonly waiting: readonly RequestRecord[];
  /** How many requests that wait already are withdrawn in the same commit. */
  readonly replaced: number;
  /** Requests of the thread that may be waiting: rather too many than too few. */
  readonly open: number;
  /** Unix ms, by the store's clock. */
  readonly now: number;
}

interface Scope {
  readonly scope: keyof Limits;
  readonly id: string;
  readonly limit: number;
  /** How many join those that wait. */
  readonly count: number;
  /** How many of them may be waiting already, as far as that is known. */
  readonly known: number;
}

/** How many requests may still be asked before somebody has to count again, and until when (Unix ms). */
interface Budget {
  left: number;
  readonly until: number;
}

/** What this process knows of one store, whichever of its gates asks: an application may make a gate for every web request. */
class Watch {
  readonly budgets = new Map<string, Budget>();
  /** What was let in and is being written: not yet to be counted in the store. */
  readonly writing = new Set<Promise<void>>();
  /** Whoever has to count waits for those who did before. */
  counting: Promise<unknown> = Promise.resolve();
}

const watches = new WeakMap<StorePort, Watch>();

function watchOn(port: StorePort): Watch {
  const watch = watches.get(port) ?? new Watch();
  watches.set(port, watch);
  return watch;
}

/**
 * Keeps agents from flooding their reviewers. To count what waits takes a read, so mostly nobody does: what is left of a
 * limit is a budget. A thread's record says how many requests wait in it. Nothing says that of a requester: a process asks
 * a hundredth of the limit unseen in a minute, and a tenth of what was left when it last counted. By so much may the
 * processes together go over a requester's limit.
 */
export class RequestLimits {
  readonly #ledger: Ledger;
  readonly #limits: Limits;
  readonly #watch: Watch;

  constructor(ledger: Ledger, limits: Limits) {
    this.#ledger = ledger;
    this.#limits = limits;
    this.#watch = watchOn(ledger.port);
  }

  /** Writes them, unless they are too many. @throws TOO_MANY_REQUESTS */
  async admit<T>(crowd: NewRequests, write: () => Promise<T>): Promise<T> {
    const scopes = this.#scopesOf(crowd);
    if (scopes.length === 0) return write();
    const end = this.#pay(scopes, crowd.now) ? this.#begin() : await this.#inTurn(() => this.#count(scopes, crowd.now));
    try {
      return await write();
    } finally {
      end();
    }
  }

  #inTurn<T>(count: () => Promise<T>): Promise<T> {
    const counted = this.#watch.counting.then(count);
    this.#watch.counting = counted.catch(() => {});
    return counted;
  }

  #scopesOf({ threadId, waiting, replaced, open }: NewRequests): readonly Scope[] {
    const { thread, requester } = this.#limits;
    const scopes: Scope[] = [];
    const count = waiting.length - replaced;
    if (thread !== false && count > 0) scopes.push({ scope: "thread", id: threadId, limit: thread, count, known: open });
    for (const id of new Set(waiting.flatMap(({ requestedBy }) => requestedBy?.id ?? []))) {
      const theirs = waiting.filter(({ requestedBy }) => requestedBy?.id === id).length - replaced;
      if (requester !== false && theirs > 0) scopes.push({ scope: "requester", id, limit: requester, count: theirs, known: 0 });
    }
    return scopes;
  }

  /** All or nothing, and at once. A budget that doesn't suffice is used up: nobody passes whoever counts. */
  #pay(scopes: readonly Scope[], now: number): boolean {
    const budgets = scopes.map((scope) => ({ scope, budget: this.#budgetOf(scope, now) }));
    const short = budgets.filter(({ scope, budget }) => budget.left < scope.count || scope.known + scope.count > scope.limit);
    for (const { budget } of short) budget.left = 0;
    if (short.length > 0) return false;
    for (const { scope, budget } of budgets) budget.left -= scope.count;
    return true;
  }

  /** Lets them in, or throws. */
  async #count(scopes: readonly Scope[], now: number): Promise<() => void> {
    // Whoever counted just now may have left enough for these as well.
    if (this.#pay(scopes, now)) return this.#begin();
    for (const scope of scopes) this.#budgetOf(scope, now).left = 0;
    await Promise.all(this.#watch.writing);
    const left = await Promise.all(scopes.map(async (scope) => scope.limit - scope.count - (await this.#waitingIn(scope, now))));
    for (const [index, { scope, id, limit }] of scopes.entries()) {
      if ((left[index] ?? 0) < 0) throw new CountersignError("TOO_MANY_REQUESTS", { scope, id, limit, within: WITHIN });
    }
    for (const [index, scope] of scopes.entries()) {
      const rest = left[index] ?? 0;
      this.#keep(scope, scope.scope === "thread" ? rest : Math.floor(rest / 10), now);
    }
    return this.#begin();
  }

  /** Answers what to call once they are written, or couldn't be. */
  #begin(): () => void {
    const written = Promise.withResolvers<void>();
    this.#watch.writing.add(written.promise);
    return () => {
      this.#watch.writing.delete(written.promise);
      written.resolve();
    };
  }

  #budgetOf(scope: Scope, now: number): Budget {
    const budget = this.#watch.budgets.get(this.#keyOf(scope));
    if (budget && now < budget.until) return budget;
    return this.#keep(scope, scope.scope === "thread" ? scope.limit - scope.known : Math.floor(scope.limit / 100), now);
  }

  #keep(scope: Scope, left: number, now: number): Budget {
    const { budgets } = this.#watch;
    budgets.delete(this.#keyOf(scope));
    // They stand in the order in which they end: nothing is kept of who asks no more.
    for (const [key, { until }] of budgets) {
      if (now < until) break;
      budgets.delete(key);
    }
    const budget = { left, until: now + WITHIN };
    budgets.set(this.#keyOf(scope), budget);
    return budget;
  }

  #keyOf({ scope, id, limit }: Scope): string {
    return JSON.stringify([this.#ledger.tenant, scope, id, limit]);
  }

  /** How many requests that were asked lately wait: exactly, if they may be too many. */
  async #waitingIn({ scope, id, limit, count }: Scope, now: number): Promise<number> {
    const query: RequestQuery = { status: "pending", ...(scope === "thread" ? { threadId: id } : { requestedBy: id }) };
    const all = await this.#ledger.count(query, limit + 1);
    if (all + count <= limit) return all;
    let lately = 0;
    for (let after: string | undefined; lately + count <= limit;) {
      const page = await this.#ledger.list({ ...query, order: "newest", limit: PAGE, ...(after === undefined ? {} : { after }) });
      const old = page.items.findIndex(({ askedAt }) => askedAt <= now - WITHIN);
      if (old >= 0) return lately + old;
      lately += page.items.length;
      if (page.next === undefined) break;
      after = page.next;
    }
    return lately;
  }
}
