import type { Page } from "./answers.ts";

/**
 * All items of a list, page by page as they are asked for.
 * @example for await (const row of each((after) => client.listRequests({ mine: true, after }))) show(row);
 */
export async function* each<T>(page: (after: string | undefined) => Promise<Page<T>>): AsyncGenerator<T, void, void> {
  for (let after: string | undefined; ;) {
    const { items, next } = await page(after);
    yield* items;
    if (next === undefined) return;
    after = next;
  }
}
