import { signal, type ReadonlySignal } from "@preact/signals";
import type { Session } from "../session/session.ts";

/** One page of a list, and where the next one begins. */
interface PageRead<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** A list that is read page by page, as far as somebody has read it. */
export interface Paged<T, P extends PageRead<T>> {
  /** Undefined: nothing has been answered yet. */
  readonly items: ReadonlySignal<readonly T[] | undefined>;
  /** The first page, with what else it says. */
  readonly first: ReadonlySignal<P | undefined>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly isReading: ReadonlySignal<boolean>;
  /** What went wrong when it was read last. What was read before stays. */
  readonly failure: ReadonlySignal<unknown>;
  /** Reads it anew, as far as it was read before. */
  readonly refresh: () => Promise<void>;
  /** Reads the next page. */
  readonly more: () => Promise<void>;
  /** Nobody looks at it any more. */
  readonly stop: () => void;
}

/** @param read one page, behind the page that `after` names */
export function createPaged<T, P extends PageRead<T>>(
  session: Pick<Session, "heed">,
  read: (after: string | undefined, signal: AbortSignal) => Promise<P>,
): Paged<T, P> {
  const items = signal<readonly T[] | undefined>(undefined);
  const first = signal<P | undefined>(undefined);
  const hasMore = signal(false);
  const isReading = signal(false);
  const failure = signal<unknown>(undefined);
  let next: string | undefined;
  let current = new AbortController();

  /** The last one that was begun counts: an answer that comes later than its successor's changes nothing. */
  async function run(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    current.abort();
    const own = new AbortController();
    current = own;
    isReading.value = true;
    try {
      await act(own.signal);
      if (current === own) failure.value = undefined;
    } catch (error) {
      if (current !== own || own.signal.aborted) return;
      session.heed(error);
      failure.value = error;
    } finally {
      if (current === own) isReading.value = false;
    }
  }

  return {
    items,
    first,
    hasMore,
    isReading,
    failure,
    refresh: () =>
      run(async (signal) => {
        const wanted = items.peek()?.length ?? 0;
        const page = await read(undefined, signal);
        let [all, after] = [page.items, page.next];
        while (after !== undefined && all.length < wanted) {
          const further = await read(after, signal);
          all = [...all, ...further.items];
          after = further.next;
        }
        signal.throwIfAborted();
        first.value = page;
        items.value = all;
        next = after;
        hasMore.value = after !== undefined;
      }),
    async more() {
      const after = next;
      if (after === undefined || isReading.peek()) return;
      await run(async (signal) => {
        const page = await read(after, signal);
        signal.throwIfAborted();
        items.value = [...(items.peek() ?? []), ...page.items];
        next = page.next;
        hasMore.value = next !== undefined;
      });
    },
    stop: () => current.abort(),
  };
}
