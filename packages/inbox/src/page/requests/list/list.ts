import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { isApiError, type Summary } from "@countersign/server/client";
import type { App } from "../../app.ts";
import { backOff } from "../../live/back-off.ts";
import { createArrivals, type Fresh } from "./arrivals.ts";
import { createCounter } from "./counter.ts";
import { asksOf, filtersOf, queryOf, type Filters } from "./filters.ts";
import { createReader, LARGEST_PAGE, type Count, type Reader } from "./reader.ts";
import { watchDeadlines } from "./deadlines.ts";
import { createRefresher } from "./refresher.ts";
import { isWaiting, rowOf, type Row } from "./row.ts";
import { createSelection, type Selection } from "./selection.ts";
import { createShelf } from "./shelf.ts";

/** A page of it. */
const PAGE = 50;
/** The most that is read again at once. */
const MOST = 10 * LARGEST_PAGE;

/** `other`: of other filters than those that are shown, so that nothing of it is kept. */
export type Reading = "no" | "anew" | "more" | "other";

/** The rows of a list, as somebody looks at them: nothing in it moves by itself. */
export interface List {
  /** What the address asks for. */
  readonly filters: ReadonlySignal<Filters>;
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly reading: ReadonlySignal<Reading>;
  /** When it was read last, Unix ms. Undefined: never, with these filters. */
  readonly readAt: ReadonlySignal<number | undefined>;
  /** What went wrong when it was read last. What was read before stays. */
  readonly failure: ReadonlySignal<unknown>;
  /** Of all that match now, on all pages, shown or not. */
  readonly count: ReadonlySignal<Count>;
  readonly unreadable: ReadonlySignal<number>;
  readonly hasMore: ReadonlySignal<boolean>;
  /** What has come since, and waits to be shown. */
  readonly fresh: ReadonlySignal<Fresh>;
  /** How many of the rows no longer belong there. */
  readonly gone: ReadonlySignal<number>;
  readonly selection: Selection;
  /** The ids of those that are selected. */
  readonly selected: ReadonlySignal<ReadonlySet<string>>;
  readonly clearSelection: () => void;
  /** Shows what has come, and leaves out what has gone. */
  readonly readAnew: () => Promise<void>;
  readMore(): Promise<void>;
  /** The row of this request is read soon, without waiting to hear of it. */
  readonly touch: (id: string) => void;
  /** Those are near what is on the screen: they are kept fresh first. */
  readonly near: Set<string>;
  /** In which order they are drawn, if it isn't the order in which they are read. */
  order: (() => readonly string[]) | undefined;
  /** Reads it, and hears of what happens. Answers how to end that. */
  start(): () => void;
  /** The id of the nearest one that waits, behind it first, and isn't one of those. */
  waitingBeside(id: string, except?: ReadonlySet<string>): string | undefined;
}

export function createList(app: App): List {
  const { client, session, live, route } = app;
  const address = computed(() => queryOf(filtersOf(route.query.value).filters).toString());
  const filters = computed(() => filtersOf(new URLSearchParams(address.value)).filters);
  const asked = computed(() => JSON.stringify(asksOf(filters.value)));
  const shelf = createShelf();
  const { rows } = shelf;
  const reading = signal<Reading>("no");
  const readAt = signal<number | undefined>(undefined);
  const failure = signal<unknown>(undefined);
  const unreadable = signal(0);
  const hasMore = signal(false);
  const gone = computed(() => rows.value.filter(({ isGone }) => isGone).length);
  const counter = createCounter(app, () => filters.peek(), rows);
  const selection = createSelection(rows);
  const arrivals = createArrivals(client);
  let reader: Reader = createReader(client, []);
  let since: Promise<number | undefined> = Promise.resolve(undefined);
  let stopReading = new AbortController();
  /** In a row. */
  let refusals = 0;

  const refresher = createRefresher({
    app,
    shelf,
    arrivals,
    filters: () => filters.peek(),
    isReading: () => reading.peek() !== "no",
    isWhole: () => !hasMore.peek(),
    isNear: (id) => list.near.has(id),
  });

  /** Asked at the same time as the list, and before it: what comes in between is in the list, or has come since. */
  async function newestOf(of: Filters): Promise<readonly Summary[]> {
    const pages = await Promise.all(asksOf(of).map((ask) => client.listRequests({ ...ask, order: "newest", limit: 1 })));
    return pages.flatMap(({ items }) => items);
  }

  async function read(how: Exclude<Reading, "no">): Promise<void> {
    stopReading.abort();
    const { signal: stopped } = (stopReading = new AbortController());
    const of = filters.peek();
    const from = how === "more" ? reader : createReader(client, asksOf(of));
    const before = rows.peek();
    reading.value = how;
    try {
      const wanted = how === "anew" ? Math.min(Math.ceil(before.length / PAGE) * PAGE || PAGE, MOST) : PAGE;
      const newest = how === "more" || of.order === "newest" ? undefined : newestOf(of);
      const coming = readSome(from, wanted, stopped);
      if (how !== "more") since = (newest ?? coming).then(latest, () => undefined);
      const read = await coming;
      if (stopped.aborted) return;
      reader = from;
      if (how !== "more") arrivals.reset(of, since);
      shelf.show(how === "more" ? joined(before, read) : read.map((row) => rowOf(row, how === "anew" && !shelf.has(row.id))));
      arrivals.leave(shelf.has);
      unreadable.value = from.unreadable;
      hasMore.value = !from.isEnd;
      failure.value = undefined;
      refusals = 0;
      if (how !== "more") {
        counter.set(from.count);
        readAt.value = Date.now();
      }
    } catch (error) {
      if (stopped.aborted) return;
      session.heed(error);
      failure.value = error;
      if (how === "other") {
        shelf.show([]);
        hasMore.value = false;
      }
      // The server says when it wants to be asked again. One read is several requests: the pause grows until all are let in.
      const { retryAfter } = isApiError(error) ? error : {};
      if (retryAfter !== undefined) {
        const timer = setTimeout(
          () => void read(how),
          backOff(++refusals, { retryAfter, isHidden: document.visibilityState === "hidden" }),
        );
        stopped.addEventListener("abort", () => clearTimeout(timer));
      }
    }
    reading.value = "no";
    refresher.goOn();
  }

  const list: List = {
    filters,
    rows,
    reading,
    readAt,
    failure,
    unreadable,
    hasMore,
    gone,
    selection,
    selected: selection.selected,
    fresh: arrivals.fresh,
    count: counter.count,
    near: new Set(),
    order: undefined,
    clearSelection: selection.clear,
    readAnew: () => read(readAt.peek() === undefined ? "other" : "anew"),
    async readMore() {
      if (reading.peek() === "no" && hasMore.peek()) await read("more");
    },
    touch: refresher.touch,
    start() {
      const unwatch = effect(() => {
        if (asked.value === "") return;
        selection.clear();
        readAt.value = undefined;
        void read("other");
      });
      const unlisten = live.listen((changes) => {
        refresher.hear(changes);
        if (changes.type === "everything" || changes.events.some(({ request }) => request)) counter.hear();
      });
      const stopWatching = watchDeadlines(rows, refresher.touch);
      return () => {
        unwatch();
        stopWatching();
        unlisten();
        stopReading.abort();
        refresher.stop();
        counter.stop();
      };
    },
    waitingBeside(id, except) {
      const order = list.order?.() ?? rows.peek().map((row) => row.id);
      const at = order.indexOf(id);
      const behind = [...order.slice(at + 1), ...order.slice(0, Math.max(at, 0)).reverse()];
      return behind.find((other) => {
        const row = shelf.get(other);
        return row !== undefined && isWaiting(row) && !except?.has(other);
      });
    },
  };
  return list;
}

/** When the newest of them was asked, Unix ms. */
function latest(rows: readonly Summary[]): number {
  return Math.max(0, ...rows.map(({ asked: { at } }) => at));
}

/** More than one page can have, page by page. */
async function readSome(reader: Reader, wanted: number, stopped: AbortSignal): Promise<readonly Summary[]> {
  const read: Summary[] = [];
  do read.push(...(await reader.read(Math.min(wanted - read.length, LARGEST_PAGE), stopped)));
  while (read.length < wanted && !reader.isEnd && !stopped.aborted);
  return read;
}

/** What changes its place between two pages comes twice, or is counted among the new ones. */
function joined(before: readonly Row[], read: readonly Summary[]): readonly Row[] {
  const known = new Set(before.map(({ id }) => id));
  return [...before, ...read.filter(({ id }) => !known.has(id)).map((row) => rowOf(row))];
}
