import { signal, type ReadonlySignal } from "@preact/signals";
import type { Client, LiveEvent, Summary } from "@countersign/server/client";
import { asksOf, isInView, isNarrowed, type Filters } from "./filters.ts";

/** Nobody reads a larger number, and beyond it nothing more has to be asked. */
const MOST = 100;
/** At once, of those that are asked about one by one. */
const SOME = 5;
const DECIDING = new Set(["approved", "allowed", "granted", "rejected", "expired", "cancelled", "superseded"]);

/** How many would be in the list if it were read now, and aren't. */
export interface Fresh {
  readonly count: number;
  /** There are more than that. */
  readonly isMore: boolean;
}

/** Counts what has come since the list was read, and belongs in it. */
export interface Arrivals {
  readonly fresh: ReadonlySignal<Fresh>;
  /** The list is read from here on. Those asked after `newest`, the newest one that there was, have come since. */
  reset(filters: Filters, newest: Promise<number | undefined>): void;
  /** Of a request that the list doesn't have. `isWhole`: the list is read to its end. */
  hear(event: LiveEvent, isWhole: boolean): void;
  /** Found where the list has been read already. */
  found(ids: readonly string[]): void;
  /** Some of them are in the list by now. */
  leave(has: (id: string) => boolean): void;
  /** Much has happened: whatever is newest has to be looked at. */
  lookAgain(): void;
  readonly hasToAsk: boolean;
  /** Asks which of those that came match the filters. */
  ask(has: (id: string) => boolean): Promise<void>;
}

export function createArrivals(client: Pick<Client, "listRequests">): Arrivals {
  const fresh = signal<Fresh>({ count: 0, isMore: false });
  let filters: Filters | undefined;
  let newestAtReading: Promise<number | undefined> = Promise.resolve(undefined);
  const asked = new Set<string>();
  const toLookUp = new Set<string>();
  /** Those among the newest, and those found one by one. */
  let newest = new Set<string>();
  let isMore = false;
  const single = new Set<string>();
  let looksAtNewest = false;

  function tell(): void {
    const count = new Set([...newest, ...single]).size;
    if (count !== fresh.peek().count || isMore !== fresh.peek().isMore)
      fresh.value = { count: Math.min(count, MOST), isMore: isMore || count > MOST };
  }

  async function askNewest(of: Filters, has: (id: string) => boolean): Promise<void> {
    const since = (await newestAtReading) ?? Infinity;
    const pages = await Promise.all(asksOf(of).map((ask) => client.listRequests({ ...ask, order: "newest", limit: MOST })));
    if (of !== filters) return;
    const isNew = ({ id, asked: { at } }: Summary): boolean => !has(id) && (at > since || asked.has(id));
    const found = pages.flatMap(({ items }) => items.filter(isNew));
    newest = new Set(found.map(({ id }) => id));
    isMore = found.length >= MOST;
  }

  async function askOne(of: Filters, id: string): Promise<void> {
    const pages = await Promise.all(asksOf(of).map((ask) => client.listRequests({ ...ask, idPrefix: id, limit: 1 })));
    if (of !== filters) return;
    if (pages.some(({ items }) => items.length > 0)) single.add(id);
    else single.delete(id);
  }

  return {
    fresh,
    reset(of, given) {
      filters = of;
      newestAtReading = given;
      for (const ids of [asked, toLookUp, newest, single]) ids.clear();
      isMore = false;
      looksAtNewest = false;
      tell();
    },
    hear({ type, request }, isWhole) {
      if (!request || !filters) return;
      const { id } = request;
      const isIn = isInView(filters, request);
      if (!isIn) {
        if (newest.has(id) || single.has(id)) looksAtNewest ||= isMore;
        newest.delete(id);
        single.delete(id);
        toLookUp.delete(id);
        tell();
      } else if (type === "asked") {
        // Beyond the most there is nothing more to find out.
        if (isMore) return;
        asked.add(id);
        looksAtNewest = true;
      } else if (isMore || single.size > MOST) {
        return;
      } else if (mayEnter(filters, type, isWhole)) {
        if (filters.view === "mine" || isNarrowed({ ...filters, status: undefined })) toLookUp.add(id);
        else single.add(id);
        tell();
      }
    },
    found(ids) {
      for (const id of ids) single.add(id);
      tell();
    },
    leave(has) {
      for (const ids of [newest, single]) for (const id of ids) if (has(id)) ids.delete(id);
      tell();
    },
    lookAgain() {
      looksAtNewest = filters?.view === "mine" || filters?.view === "waiting" || filters?.view === "all";
    },
    get hasToAsk() {
      return looksAtNewest || toLookUp.size > 0;
    },
    async ask(has) {
      const of = filters;
      if (!of) return;
      const ids = [...toLookUp].slice(0, SOME);
      const looks = looksAtNewest;
      looksAtNewest = false;
      for (const id of ids) toLookUp.delete(id);
      try {
        await Promise.all([looks ? askNewest(of, has) : undefined, ...ids.map((id) => askOne(of, id))]);
      } catch (error) {
        looksAtNewest ||= looks;
        for (const id of ids) toLookUp.add(id);
        throw error;
      }
      tell();
    },
  };
}

/** Does an event of this type bring something into the view that wasn't there? One that is further down already doesn't come. */
function mayEnter({ view }: Filters, type: string, isWhole: boolean): boolean {
  if (isWhole) return true;
  if (view === "decided") return DECIDING.has(type);
  return view === "unknown" && type === "unknown";
}
