import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StorePort } from "@countersign/core/store";
import { sqliteStore } from "@countersign/sqlite";
import { filesInMemory } from "@countersign/test-run";
import { afterAll, beforeAll, it } from "vitest";
import type { Stores } from "./simulate.ts";
import { explore, schedules } from "./suite.ts";

filesInMemory();

let folder = "";
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-model-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A new file for each schedule, and a connection of its own for each process. */
function onDisk(): Stores {
  const path = join(folder, `${++files}.db`);
  const opened: StorePort[] = [];
  return {
    connect: () => {
      const store = sqliteStore(path);
      opened.push(store);
      return store;
    },
    close: async () => {
      await Promise.all(opened.map((store) => store.close()));
      await Promise.all(["", "-wal", "-shm"].map((suffix) => rm(path + suffix, { force: true })));
    },
  };
}

it("keeps every promise on SQLite", { timeout: 0 }, () => explore(9_000_000, schedules(300), onDisk));
