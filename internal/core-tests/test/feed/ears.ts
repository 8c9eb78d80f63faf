import type { AuditEvent } from "@countersign/core";
import type { Feed, ListenOptions } from "@countersign/core/surface";

/** Somebody who listens, and remembers. */
export interface Ear {
  readonly heard: readonly string[];
  /** Of the last page. */
  readonly position: string | undefined;
  /** Pages that came. */
  readonly pages: number;
  /** Until so many events have come. */
  until(count: number): Promise<void>;
  /** Stops listening. @throws what ended the pages */
  stop(): Promise<void>;
  /** How the pages ended. */
  readonly ended: Promise<unknown>;
}

/** @param pause called with each page, before the next one is asked for */
export function listen(feed: Feed, options: ListenOptions = {}, pause?: (events: readonly AuditEvent[]) => unknown): Ear {
  const stopping = new AbortController();
  const heard: string[] = [];
  const waiting = new Set<() => void>();
  let position: string | undefined;
  let pages = 0;
  const listening = (async () => {
    for await (const page of feed.listen({ ...options, signal: stopping.signal })) {
      heard.push(...namesOf(page.events));
      ({ position } = page);
      pages++;
      for (const look of waiting) look();
      await pause?.(page.events);
    }
  })();
  return {
    heard,
    get position() {
      return position;
    },
    get pages() {
      return pages;
    },
    until(count) {
      return new Promise((resolve, reject) => {
        const over = (done: () => void): void => {
          waiting.delete(look);
          clearTimeout(timer);
          done();
        };
        const look = (): void => void (heard.length >= count && over(resolve));
        const timer = setTimeout(() => over(() => reject(new Error(`heard ${heard.length} of ${count}`))), 30_000);
        waiting.add(look);
        look();
        listening.catch((error: unknown) => over(() => reject(new Error("The pages ended.", { cause: error }))));
      });
    },
    async stop() {
      stopping.abort();
      await listening;
    },
    ended: listening.then(() => "stopped", (error: unknown) => error), // prettier-ignore
  };
}

export function namesOf(events: readonly AuditEvent[]): readonly string[] {
  return events.map(({ subject, seq }) => `${subject}/${seq}`);
}
