import type { FeedPage } from "@countersign/core/surface";

type Pages = AsyncGenerator<FeedPage, void, void>;
type Next = Awaited<ReturnType<Pages["next"]>>;

/**
 * The pages of a feed, with beats in between. Each page is asked for and waited for once: with a `Promise.race` for every
 * beat, what the race keeps would pile up on a page that doesn't come all night.
 */
export class PageOrBeat {
  readonly #pages: Pages;
  #asked = false;
  /** What has come and isn't dealt with: gives it, or throws what was thrown. */
  #came: (() => Next) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onPage = (): void => {};
  #onAbort = (): void => {};

  constructor(pages: Pages, signal: AbortSignal) {
    this.#pages = pages;
    signal.addEventListener("abort", () => this.#onAbort());
  }

  /**
   * The next page, the same again until it is dealt with. "beat": none came within so many ms, or the signal has aborted.
   * @throws what the pages throw
   */
  async within(ms: number): Promise<Next | "beat"> {
    this.#ask();
    if (!this.#came) await this.#wait(ms);
    return this.#came?.() ?? "beat";
  }

  dealtWith(): void {
    this.#asked = false;
    this.#came = undefined;
  }

  /** So many ms, or less if the signal aborts. */
  async rest(ms: number): Promise<void> {
    const over = this.#wait(ms);
    this.#onPage = () => {};
    await over;
  }

  stop(): void {
    clearTimeout(this.#timer);
    // It ends when it is told, not when it is asked for: it may be waiting.
    void this.#pages.return();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    const come = (came: () => Next): void => {
      this.#came = came;
      this.#onPage();
    };
    this.#pages.next().then(
      (next) => come(() => next),
      (error: unknown) =>
        come(() => {
          throw error;
        }),
    );
  }

  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onPage = this.#onAbort = resolve;
    this.#timer = setTimeout(resolve, Math.max(0, ms));
    await promise;
    clearTimeout(this.#timer);
  }
}
