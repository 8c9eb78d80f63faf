import type { LiveEvent, Summary } from "@countersign/server/client";
import type { App } from "../../app.ts";
import type { Changes } from "../../live/batches.ts";
import type { Arrivals } from "./arrivals.ts";
import { asksOf, type Filters } from "./filters.ts";
import { createReader, LARGEST_PAGE } from "./reader.ts";
import { changedRow, replacedRow, rowOf, type Row } from "./row.ts";
import type { Shelf } from "./shelf.ts";

/** Ms: what happens meanwhile is dealt with together. */
const PAUSE = 250;
/** Ms: what time alone changes, such as what is due soon, and whatever was missed. */
const ROUND = 120_000;
/** Ms, after a failure. */
const REST = 3_000;
/** Rows that are read alone, at once. Beyond it, the list is read over. */
const SOME = 6;
/** Of an empty list something is read, too. */
const LEAST = 10;
/** Freezes and their ends say of no request that it has changed, and mark many. */
const OF_MANY = new Set(["frozen", "lifted"]);

interface RefresherOptions {
  readonly app: App;
  readonly shelf: Shelf;
  readonly arrivals: Arrivals;
  readonly filters: () => Filters;
  /** Is the list being read? Then what was heard waits. */
  readonly isReading: () => boolean;
  readonly isWhole: () => boolean;
  /** Is it somewhere near what is on the screen? Those are read first. */
  readonly isNear: (id: string) => boolean;
}

/** Keeps rows as they are on the server, each where it is. */
export interface Refresher {
  hear(changes: Changes): void;
  /** Reads this row soon. */
  readonly touch: (id: string) => void;
  /** Deals with what was heard while the list was read. */
  goOn(): void;
  stop(): void;
}

export function createRefresher({ app, shelf, arrivals, filters, isReading, isWhole, isNear }: RefresherOptions): Refresher {
  const { client, session } = app;
  const heard: LiveEvent[] = [];
  const stale = new Set<string>();
  /** Since the list was read over. */
  let heardOf = 0;
  let readsAll = false;
  let looksForNew = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let isOver = false;

  const rounds = setInterval(() => {
    if (document.visibilityState === "hidden" || shelf.rows.peek().length === 0) return;
    readsAll = true;
    schedule(0);
  }, ROUND);

  const hasWork = (): boolean => heard.length > 0 || stale.size > 0 || readsAll || arrivals.hasToAsk;

  function schedule(pause: number): void {
    if (isOver || isRunning || timer !== undefined || isReading() || !hasWork()) return;
    timer = setTimeout(() => {
      timer = undefined;
      void run();
    }, pause);
  }

  async function run(): Promise<void> {
    isRunning = true;
    let pause = PAUSE;
    try {
      takeIn();
      if (readsAll || heardOf > 2 * SOME) await readOver();
      await readSome();
      if (arrivals.hasToAsk) await arrivals.ask(shelf.has);
    } catch (error) {
      session.heed(error);
      pause = REST;
    }
    isRunning = false;
    schedule(pause);
  }

  /** What events say by themselves. */
  function takeIn(): void {
    const changed = new Map<string, Row>();
    for (const event of heard.splice(0)) {
      const { request, type } = event;
      if (!request) {
        readsAll ||= OF_MANY.has(type);
        continue;
      }
      const row = changed.get(request.id) ?? shelf.get(request.id);
      if (!row) {
        arrivals.hear(event, isWhole());
      } else if (request.version > row.version) {
        stale.add(request.id);
        heardOf++;
        const now = changedRow(row, request, filters());
        if (now) changed.set(request.id, now);
      }
    }
    shelf.change(changed);
  }

  /** Reads as much of the list as there is, from its beginning. What it no longer has is looked up alone. */
  async function readOver(): Promise<void> {
    const of = filters();
    const looks = looksForNew;
    heardOf = 0;
    const before = shelf.rows.peek();
    const reader = createReader(client, asksOf(of));
    const read = new Map<string, Summary>();
    do {
      const rows = await reader.read(Math.min(Math.max(before.length - read.size, LEAST), LARGEST_PAGE));
      for (const row of rows) read.set(row.id, row);
    } while (read.size < before.length && !reader.isEnd);
    if (of !== filters() || isReading()) return;
    const changed = new Map<string, Row>();
    for (const { id } of before) {
      const now = shelf.get(id);
      const summary = read.get(id);
      if (!now) continue;
      if (summary && summary.version >= now.version) {
        stale.delete(id);
        changed.set(id, rowOf(summary, now.isNew));
      } else if (looks && !now.isGone) {
        stale.add(id);
      }
    }
    shelf.change(changed);
    if (looks) {
      const order = [...read.keys()];
      const end = isWhole() ? order.length : order.findLastIndex((id) => shelf.has(id));
      arrivals.found(order.slice(0, end).filter((id) => !shelf.has(id)));
      arrivals.lookAgain();
    }
    readsAll = false;
    looksForNew = false;
  }

  /** Rows that have changed, one by one. */
  async function readSome(): Promise<void> {
    const ids = [...stale].toSorted((a, b) => Number(isNear(b)) - Number(isNear(a))).slice(0, SOME);
    const of = filters();
    const changed = new Map<string, Row>();
    await Promise.all(
      ids.map(async (id) => {
        const now = await look(id, of);
        stale.delete(id);
        if (now) changed.set(id, now);
      }),
    );
    if (of === filters() && !isReading()) shelf.change(changed);
  }

  async function look(id: string, of: Filters): Promise<Row | undefined> {
    const row = shelf.get(id);
    if (!row) return undefined;
    for (const ask of [...(row.isGone ? [] : asksOf(of)), {}]) {
      const { items } = await client.listRequests({ ...ask, idPrefix: id, limit: 1 });
      if (items[0]) return replacedRow(shelf.get(id) ?? row, items[0], Object.keys(ask).length === 0 && of.view !== "all");
    }
    return { ...row, isGone: true, statusText: "no longer there", left: undefined };
  }

  return {
    hear(changes) {
      if (changes.type === "everything") {
        readsAll = true;
        looksForNew = true;
      } else {
        heard.push(...changes.events);
      }
      schedule(PAUSE);
    },
    touch: (id) => {
      stale.add(id);
      schedule(0);
    },
    goOn: () => schedule(PAUSE),
    stop() {
      isOver = true;
      clearInterval(rounds);
      clearTimeout(timer);
    },
  };
}
