import type { Client, ListRequests, Requests, Summary } from "@countersign/server/client";

/** The most that the server answers at once. */
export const LARGEST_PAGE = 200;

export interface Count {
  readonly atLeast: number;
  /** There are that many or more. */
  readonly isCapped: boolean;
}

interface Source {
  readonly ask: ListRequests;
  rows: Summary[];
  after: string | undefined;
  isRead: boolean;
}

/** Reads a list from its beginning, some rows at a time. */
export interface Reader {
  /** The next ones, fewer only at the end. What was read before a failure comes with the next call. */
  read(limit: number, signal?: AbortSignal): Promise<readonly Summary[]>;
  readonly isEnd: boolean;
  /** Known once something was read. */
  readonly count: Count;
  /** How many records of it can't be read. */
  readonly unreadable: number;
}

/** Several questions whose answers together are one list, in the order of the first. */
export function createReader(client: Pick<Client, "listRequests">, asks: readonly ListRequests[]): Reader {
  const sources = asks.map((ask): Source => ({ ask, rows: [], after: undefined, isRead: false }));
  const sign = asks[0]?.order === "newest" ? -1 : 1;
  let ready: Summary[] = [];
  let count: Count = { atLeast: 0, isCapped: false };
  let unreadable = 0;

  const isDone = (source: Source): boolean => source.isRead && source.after === undefined;

  async function fill(source: Source, limit: number, signal: AbortSignal | undefined): Promise<void> {
    if (source.rows.length > 0 || isDone(source)) return;
    const isFirst = !source.isRead;
    const page: Requests = await client.listRequests(
      { ...source.ask, limit: Math.min(limit, LARGEST_PAGE), after: source.after, ...(isFirst && { count: true }) },
      { signal },
    );
    source.rows = [...page.items];
    source.after = page.next;
    source.isRead = true;
    unreadable += page.unreadable?.length ?? 0;
    if (page.count) count = { atLeast: count.atLeast + page.count.atLeast, isCapped: count.isCapped || page.count.isCapped };
  }

  return {
    async read(limit, signal) {
      while (ready.length < limit) {
        const wanted = limit - ready.length;
        await Promise.all(sources.map((source) => fill(source, wanted, signal)));
        const [first, ...others] = sources.filter(({ rows }) => rows.length > 0);
        if (!first) {
          // A page may be empty before the end.
          if (sources.every(isDone)) break;
          continue;
        }
        if (others.length === 0 && sources.every((source) => source === first || isDone(source))) {
          ready.push(...first.rows.splice(0, wanted));
          continue;
        }
        const next = others.reduce((best, other) => (askedAt(other) * sign < askedAt(best) * sign ? other : best), first);
        ready.push(...next.rows.splice(0, 1));
      }
      const answer = ready;
      ready = [];
      return answer;
    },
    get isEnd() {
      return ready.length === 0 && sources.every((source) => source.rows.length === 0 && isDone(source));
    },
    get count() {
      return count;
    },
    get unreadable() {
      return unreadable;
    },
  };
}

function askedAt({ rows }: Source): number {
  return rows[0]?.asked.at ?? 0;
}
