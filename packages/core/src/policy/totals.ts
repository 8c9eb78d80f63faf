import type { CallTotal } from "../store/records.ts";

/** What those calls come to that a judgement doesn't get to see, by what was asked before. */
export class Totals {
  readonly #known: readonly CallTotal[];
  readonly #isAll: boolean;
  readonly #asked: CallTotal[] = [];

  /** @param isAll there are no such calls: whatever is asked, they come to nothing */
  constructor(known: readonly CallTotal[], isAll: boolean) {
    this.#known = isAll ? known.map((total) => ({ ...total, total: 0 })) : known;
    this.#isAll = isAll;
  }

  /** Was something asked that isn't known? A condition may have kept it to itself: so the whole judgement doesn't count. */
  get isShort(): boolean {
    return !this.#isAll && this.#asked.length > 0;
  }

  /** What was known, and then what was asked beside it. */
  get all(): readonly CallTotal[] {
    return [...this.#known, ...this.#asked];
  }

  /** @throws where it isn't known */
  before(tool: string, path: string | undefined): CallTotal {
    const known = this.all.find((total) => total.tool === tool && total.path === path);
    if (!known) this.#asked.push({ tool, ...(path === undefined ? {} : { path }), total: 0 });
    if (this.isShort) throw new Error("the thread has to be read for it first");
    return known ?? { tool, path, total: 0 };
  }
}
