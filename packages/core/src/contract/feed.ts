import type { AuditEvent } from "./event.ts";

/** Events of one tenant, and where a reader goes on that has dealt with them. */
export interface FeedPage {
  /**
   * In an order in which an event comes behind all that were there when its commit began: those of one chain come in the
   * order of their numbers.
   */
  readonly events: readonly AuditEvent[];
  /** Save it once you have dealt with these events, and give it as `after`. It means something to its own store and tenant alone. */
  readonly position: string;
}

export interface ListenOptions {
  /** The `position` of the last page that you have dealt with: also of another process, and also of long ago. */
  readonly after?: string | undefined;
  /** Where to begin without `after`: with the first event, or with what comes from now on. Default: now. */
  readonly from?: "start" | "now" | undefined;
  /** Ends the pages. */
  readonly signal?: AbortSignal | undefined;
}

/** The events of all chains of one tenant: what was asked, signed, executed, given and revoked. */
export interface Feed {
  /**
   * Every event behind `after`, each once: first those that are there, page by page, then each as it is committed, by
   * whichever process. A page has at least one event. The next page comes when you ask for it: take as long as you like.
   * Nobody waits for you, and nothing is kept for you that the store has anyway.
   *
   * A store that is away is waited for, and `onError` is told. The pages end when `signal` says so, also while you wait for one.
   * @example for await (const { events, position } of feed.listen({ after: saved, signal })) { await send(events); await save(position); }
   * @throws INVALID_ARGS for an option that there isn't and an `after` that is no position, and what doesn't pass by itself,
   * such as STORE_UNAVAILABLE of a store that was closed
   */
  listen(options?: ListenOptions): AsyncGenerator<FeedPage, void, void>;
  /**
   * What is there now behind a position, without waiting for more. Fewer events than `limit`: there are no more yet. An empty
   * page has a position, too.
   * @param after undefined: from the first event
   * @param limit 1 to 1,000. Default 50
   * @throws INVALID_ARGS, STORE_UNAVAILABLE
   */
  page(after?: string, limit?: number): Promise<FeedPage>;
  /** The position behind everything that is committed now. @throws STORE_UNAVAILABLE */
  position(): Promise<string>;
}
