import { followOn, type follow, type Opened } from "../src/operations.ts";

/**
 * Follows plans in this process. The bench opens operations anew for each plan, in a process that has done nothing yet: their
 * servers, workers and peers are most of the time where nothing is measured. Here the plans of one row share what they open, and what is warm stays warm.
 */
export class OpenedOnce {
  readonly #opened = new Map<string, Promise<Opened>>();

  readonly follow: typeof follow = async ({ url, open }, given, plan) => {
    const key = JSON.stringify([url, given]);
    const known = this.#opened.get(key);
    if (known) return followOn(await known, { ...plan, ...(plan.warm && { warm: { ...plan.warm, after: 0 } }) });
    const opened = open(given);
    this.#opened.set(key, opened);
    return followOn(await opened, plan);
  };

  /** After each row: what one has opened shall not be there while the next one runs. */
  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#opened.values());
    this.#opened.clear();
    for (const each of all) if (each.status === "fulfilled") await each.value[Symbol.asyncDispose]();
  }
}
