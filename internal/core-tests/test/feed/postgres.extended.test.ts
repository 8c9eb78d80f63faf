import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres, type PostgresServer } from "@countersign/postgres-server";
import { commit, event } from "@countersign/store-tests";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFeed } from "@countersign/core/surface";
import { listen } from "./ears.ts";
import { expectWhole, newsroom, testFeeds } from "./feeds.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

await testFeeds("PostgreSQL", () => server.url);

describe("the feed on PostgreSQL", () => {
  it("goes on where it was when its connections are cut", async (context) => {
    const { store, feed, start } = newsroom(server.url, context);
    const ears = [listen(feed, { from: "start" }), listen(feed, { from: "start" }, () => sleep(30))];
    const writer = await start({ write: "w", count: 300 });
    const cutter = new pg.Client({ connectionString: server.url });
    await cutter.connect();
    const cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'countersign%'";
    while (writer.isAlive) {
      await cutter.query(cut);
      await sleep(150);
    }
    await cutter.end();
    expect(writer.exitCode).toBe(0);
    await commit(store, [], [event("last", 1)]);
    const all = [...Array.from({ length: 300 }, (_, n) => n + 1).filter((seq) => seq % 5 > 0).map((seq) => `w/${seq}`), "last/1"]; // prettier-ignore
    for (const ear of ears) {
      await ear.until(all.length);
      expectWhole(ear.heard, all);
      await ear.stop();
    }
  });

  it("waits for a server that is away, says so once, and misses nothing", async (context) => {
    const { store, gate } = newsroom(server.url, context);
    const told: unknown[] = [];
    const ear = listen(createFeed(gate, { onError: (error) => told.push(error) }), { from: "start" });
    await commit(store, [], [event("a", 1)]);
    await ear.until(1);
    await server.kill();
    // The store itself waits for 5 s before it gives up.
    while (told.length === 0) await sleep(50);
    await server.start();
    await commit(store, [], [event("a", 2)]);
    await ear.until(2);
    await sleep(100);
    expect(ear.heard).toEqual(["a/1", "a/2"]);
    expect(told).toEqual([expect.objectContaining({ code: "STORE_UNAVAILABLE" })]);
    await ear.stop();
  });
});
