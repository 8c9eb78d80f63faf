import type { FeedPage } from "../contract/feed.ts";
import { isCountersignError } from "../errors/error.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { StorePort } from "../store/port.ts";
import { ErrorThrottle } from "../work/error-throttle.ts";
import { endOfEvents } from "./end-of-events.ts";
import { Recent } from "./recent.ts";
import { Waiters } from "./waiters.ts";

/** Events that are read at a time. */
export const PAGE = 250;
/** A store with many writers hints without end: between two reads hints are gathered, for so long, in ms. */
const GATHER = 10;
/** Between two tries at a store that is away, in ms. */
const RETRY_MIN = 100;
const RETRY_MAX = 30_000;

/** Somebody who listens. */
export interface Listener {
  readonly ledger: Ledger;
  /** How long a read may be put off that nothing hints at, in ms. The one who starts a reader says it for all. */
  readonly pollEvery: number;
  /** Told of what is in the way of reading. Never throws. */
  readonly onError: (error: unknown) => void;
  /** Ends all waiting. */
  readonly signal: AbortSignal | undefined;
}

/** Reads the events of one tenant as they come, for everybody in this process who listens to them. */
export class Reader {
  readonly #ledger: Ledger;
  readonly #pollEvery: number;
  readonly #listeners = new Set<Listener>();
  readonly #complaints = new ErrorThrottle();
  readonly #looking = new Waiters<Recent>();
  readonly #pages = new Waiters<true>();
  /** How many reads have begun. */
  #reads = 0;
  #wake: PromiseWithResolvers<void> = Promise.withResolvers();

  private constructor({ ledger, pollEvery }: Listener) {
    this.#ledger = ledger;
    this.#pollEvery = pollEvery;
  }

  /** The one reader of this store and tenant. The first listener starts it, and it ends when the last one has left. */
  static for(listener: Listener): Reader {
    const { port, tenant } = listener.ledger;
    const tenants = all.get(port) ?? new Map<string, Reader>();
    all.set(port, tenants);
    const known = tenants.get(tenant);
    const reader = known ?? new Reader(listener);
    reader.#listeners.add(listener);
    tenants.set(tenant, reader);
    // Not before the first one has said what it waits for.
    if (!known) queueMicrotask(() => void reader.#run());
    return reader;
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#retire();
  }

  /** What there is once the reader has read anew: all that is committed now. Undefined: aborted. @throws what doesn't pass by itself */
  look({ signal }: Listener): Promise<Recent | undefined> {
    this.#wake.resolve();
    return this.#looking.wait(signal, this.#reads);
  }

  /** The reader has read a further page. Undefined: aborted. @throws what doesn't pass by itself */
  more({ signal }: Listener): Promise<true | undefined> {
    return this.#pages.wait(signal);
  }

  /** What is behind a position, for one who is further behind than the reader. Undefined: aborted. @throws what doesn't pass by itself */
  async page(after: string | undefined, listener: Listener): Promise<FeedPage | undefined> {
    while (!listener.signal?.aborted) {
      try {
        return await this.#ledger.events(after, PAGE);
      } catch (error) {
        if (!isAway(error)) throw error;
        this.#tell(error);
        // It is the reader that tries again and again.
        await this.look(listener);
      }
    }
    return undefined;
  }

  async #run(): Promise<void> {
    let unwatch = (): void => {};
    let recent: Recent | undefined;
    try {
      unwatch = this.#ledger.port.watch(() => this.#wake.resolve());
      for (let pause = 0; this.#listeners.size > 0;) {
        this.#wake = Promise.withResolvers();
        try {
          this.#reads++;
          recent ??= new Recent(await endOfEvents(this.#ledger));
          await this.#read(recent);
          this.#looking.resolve(recent, this.#reads);
          pause = 0;
        } catch (error) {
          if (!isAway(error)) throw error;
          this.#tell(error);
          pause = Math.min(Math.max(pause * 2, RETRY_MIN), RETRY_MAX);
        }
        await sleep(pause === 0 ? GATHER : RETRY_MIN);
        await this.#woken(pause || this.#pollEvery);
      }
    } catch (error) {
      this.#retire();
      this.#looking.reject(error);
      this.#pages.reject(error);
    } finally {
      unwatch();
    }
  }

  /** All that is there. */
  async #read(recent: Recent): Promise<void> {
    for (let full = true; full && this.#listeners.size > 0;) {
      const page = await this.#ledger.events(recent.position, PAGE);
      recent.add(page);
      if (page.events.length > 0) this.#pages.resolve(true);
      full = page.events.length === PAGE;
    }
  }

  async #woken(within: number): Promise<void> {
    const timer = setTimeout(this.#wake.resolve, within);
    if (this.#listeners.size > 0) await this.#wake.promise;
    clearTimeout(timer);
  }

  /** Once each, however many listen. */
  #tell(error: unknown): void {
    if (!this.#complaints.isNew(error, Date.now())) return;
    for (const onError of new Set([...this.#listeners].map((listener) => listener.onError))) onError(error);
  }

  /** Whoever comes later begins anew. */
  #retire(): void {
    const tenants = all.get(this.#ledger.port);
    if (tenants?.get(this.#ledger.tenant) === this) tenants.delete(this.#ledger.tenant);
    this.#wake.resolve();
  }
}

const all = new WeakMap<StorePort, Map<string, Reader>>();

/** Does it pass by itself? */
function isAway(error: unknown): boolean {
  return isCountersignError(error, "STORE_UNAVAILABLE") && error.details.retryable;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
