import type { FeedPage } from "../contract/feed.ts";

/** How many events are kept for those who are a little behind: the last ones. */
const KEPT = 1_000;

/** The last pages that a reader has read. Places count pages: 0 stands before the first one. */
export class Recent {
  #pages: FeedPage[] = [];
  /** The place before the first page that is kept. */
  #from = 0;
  #events = 0;
  /** Where the reader stands. */
  #position: string;

  constructor(position: string) {
    this.#position = position;
  }

  /** The place behind the last page. */
  get end(): number {
    return this.#from + this.#pages.length;
  }

  /** At the end. */
  get position(): string {
    return this.#position;
  }

  add(page: FeedPage): void {
    // It moves also where nothing was found.
    this.#position = page.position;
    if (page.events.length === 0) return;
    this.#pages.push(page);
    this.#events += page.events.length;
    while (this.#events > KEPT && this.#pages.length > 1) {
      this.#events -= this.#pages.shift()?.events.length ?? 0;
      this.#from++;
    }
  }

  /** Those from this place on. Undefined: the first of them is no longer kept. */
  since(place: number): readonly FeedPage[] | undefined {
    return place < this.#from ? undefined : this.#pages.slice(place - this.#from);
  }

  /** The page at this place, if it has come. "gone": it is no longer kept. */
  at(place: number): FeedPage | "gone" | undefined {
    return place < this.#from ? "gone" : this.#pages[place - this.#from];
  }

  /** The place of somebody who stands here. Undefined: the position is none of those that are kept. */
  placeOf(position: string): number | undefined {
    if (position === this.#position) return this.end;
    const index = this.#pages.findLastIndex((page) => page.position === position);
    return index < 0 ? undefined : this.#from + index + 1;
  }
}
