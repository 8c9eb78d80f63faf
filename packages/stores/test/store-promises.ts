import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe } from "vitest";
import type { StorePort } from "../../core/src/store.ts";
import { closePromises } from "./promises/close.ts";
import { commitPromises } from "./promises/commit.ts";
import { duePromises } from "./promises/due.ts";
import { eventPromises } from "./promises/events.ts";
import { listPromises } from "./promises/list.ts";
import { readPromises } from "./promises/read.ts";
import { reopenPromises } from "./promises/reopen.ts";
import { valuePromises } from "./promises/values.ts";
import { watchPromises } from "./promises/watch.ts";

/** Opens the store of the running test: the same one again when it is called again. */
export type Open = () => Promise<StorePort>;

/**
 * What every store promises, the same cases for all.
 * @param open opens what is at a location: a path in an empty folder of its own
 * @param options `reopen`: opening a location again finds what was committed there
 */
export function storePromises(
  name: string,
  open: (location: string) => Promise<StorePort>,
  { reopen }: { readonly reopen: boolean },
): void {
  describe(name, () => {
    let cleanups: (() => unknown)[] = [];
    let location: string | undefined;

    async function opened(): Promise<StorePort> {
      if (location === undefined) {
        const folder = mkdtempSync(join(tmpdir(), "countersign-"));
        cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
        location = join(folder, "store");
      }
      const store = await open(location);
      cleanups.unshift(() => store.close());
      return store;
    }

    afterEach(async () => {
      for (const cleanup of cleanups) await cleanup();
      cleanups = [];
      location = undefined;
    });

    describe("commit", () => commitPromises(opened));
    describe("reads", () => readPromises(opened));
    describe("lists", () => listPromises(opened));
    describe("events", () => eventPromises(opened));
    describe("claimDue", () => duePromises(opened));
    describe("watch", () => watchPromises(opened));
    describe("values", () => valuePromises(opened));
    describe("close", () => closePromises(opened));
    if (reopen) describe("reopen", () => reopenPromises(opened));
  });
}
