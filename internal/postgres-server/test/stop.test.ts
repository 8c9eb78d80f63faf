import { startPostgres } from "@countersign/postgres-server";
import pg from "pg";
import { expect, test } from "vitest";

test("stop lets clients leave that are about to: an ended pool isn't cut off", async () => {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url, max: 50 });
  const cut: Error[] = [];
  pool.on("error", (error) => cut.push(error));
  await Promise.all(Array.from({ length: 50 }, () => pool.query("SELECT pg_sleep(0.1)")));
  await pool.end();
  await server.stop();
  expect(cut).toEqual([]);
});

test("stop doesn't wait long for a client that stays", async () => {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  const gone = new Promise((resolve) => client.on("error", resolve));
  await client.connect();
  await server.stop();
  expect(await gone).toMatchObject({ code: "57P01" });
});
