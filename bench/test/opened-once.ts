import { followOn, type follow, type Opened } from "../src/operations.ts";

/**
 * Follows plans in this process. The bench opens operations anew for each plan, in a process that has done nothing yet: their
 * servers, workers and peers are most of the time where nothing is measured. Here the next plan for the same operations goes on
 * with what the last one has opened, and what is warm stays warm.
 */
export class OpenedOnce {
  #last: { readonly key: string; readonly opened: Opened } | undefined;

  readonly follow: typeof follow = async ({ url, open }, given, plan) => {
    const key = JSON.stringify([url, given]);
    if (this.#last?.key === key) return followOn(this.#last.opened, { ...plan, ...(plan.warm && { warm: { ...plan.warm, after: 0 } }) });
    // First: the workers of two would take each other's runs.
    await this.close();
    const opened = await open(given);
    this.#last = { key, opened };
    return followOn(opened, plan);
  };

  async close(): Promise<void> {
    const last = this.#last;
    this.#last = undefined;
    await last?.opened[Symbol.asyncDispose]();
  }
}
