import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commit, put, putThread, request, TENANT, thread } from "../../test/records.ts";
import { sqliteStore } from "../src/index.ts";
import { folder } from "./folder.ts";
import { killAfter, output, start } from "./processes.ts";

describe("several processes on one file", () => {
  test("lose no compare-and-set and no addition", async () => {
    const path = join(folder(), "store.db");
    await using store = sqliteStore(path);
    await commit(store, [putThread(thread("pay-001")), put(request("r1", { args: { amount: 0 } }))]);
    await Promise.all([1, 2, 3].map(() => output(start("adder", [path, "150"]))));
    expect(await store.getRequest(TENANT, "r1")).toMatchObject({ args: { amount: 450 }, version: 451 });
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ open: 450, version: 1 });
    const { events } = await store.listEvents(TENANT, undefined, 1_000, "r1");
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 450 }, (_, n) => n + 2));
  });

  test("hear each other's commits", async () => {
    const path = join(folder(), "store.db");
    await using store = sqliteStore(path);
    const heard = new Promise<void>((resolve) => store.watch(resolve));
    await output(start("opener", [path, "r1"]));
    await heard;
    expect(await store.getRequest(TENANT, "r1")).toBeDefined();
  });

  test("may open a new file at the same moment", async () => {
    const path = folder();
    for (let round = 0; round < 3; round++) {
      const file = join(path, `${round}.db`);
      const at = String(Date.now() + 500);
      await Promise.all(Array.from({ length: 6 }, (_, n) => output(start("opener", [file, `r${n}`, at]))));
      await using store = sqliteStore(file);
      expect(await store.countRequests(TENANT, {}, 100)).toBe(6);
    }
  });
});

describe("kill -9", () => {
  test("loses nothing that was acknowledged and leaves nothing half done", async () => {
    const path = join(folder(), "store.db");
    let last = 0;
    for (const lines of [1, 7, 40, 90, 3]) {
      const printed = await killAfter(start("asker", [path]), lines);
      await using store = sqliteStore(path);
      const count = await store.countRequests(TENANT, {}, 10_000);
      const acknowledged = Number(printed.at(-1));
      expect(acknowledged).toBeGreaterThanOrEqual(last + lines);
      // The one after the last acknowledged may have been committed too, just before it could say so.
      expect([acknowledged, acknowledged + 1]).toContain(count);
      const owner = await store.getThread(TENANT, "pay-001");
      expect(owner).toMatchObject({ open: count, version: count });
      expect(new Set(owner?.continuation)).toEqual(new Set([count % 256]));
      const { events } = await store.listEvents(TENANT, undefined, 10_000);
      expect(events.map(({ subject, seq }) => `${subject}/${seq}`)).toEqual(
        Array.from({ length: count }, (_, n) => [`thread/pay-001/${n + 1}`, `r${n + 1}/1`]).flat(),
      );
      last = count;
    }
  });

  test("while a store is being made leaves one that opens", async () => {
    for (const lines of [1, 2, 3, 5, 8, 13]) {
      const path = folder();
      await killAfter(start("creator", [path]), lines);
      const files = readdirSync(path).filter((name) => name.endsWith(".db"));
      for (const file of files) {
        await using store = sqliteStore(join(path, file));
        await commit(store, [put(request("r1"))]);
      }
    }
  });
});
