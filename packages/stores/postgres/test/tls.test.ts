import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@countersign/postgres-server";
import { commit, put, request } from "@countersign/store-tests";
import { afterAll, expect, test } from "vitest";
import { selfSigned } from "./certificate.ts";
import { eventually, failure, newSchema, openStore, query } from "./setting.ts";

const { cert, key } = selfSigned();
const folder = mkdtempSync(join(tmpdir(), "countersign-tls-"));
const files = { ssl_cert_file: join(folder, "cert.pem"), ssl_key_file: join(folder, "key.pem") };
writeFileSync(files.ssl_cert_file, cert);
writeFileSync(files.ssl_key_file, key);
chmodSync(folder, 0o755);
chmodSync(files.ssl_key_file, 0o600);
// As root, the server is run by nobody, and its key must be its own.
if (process.getuid?.() === 0) chownSync(files.ssl_key_file, 65_534, 65_534);
const server = await startPostgres({ settings: { ssl: "on", ...files } });
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

test("a certificate that nobody vouches for is said at once, and trying again doesn't help", async () => {
  const { error, ms } = await failure(openStore(server.url, { ssl: true }).now());
  expect(error).toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: false }, cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" } });
  expect(ms).toBeLessThan(2_000);
});

test("the caller's own options are passed on, to the connection that listens too", async () => {
  const ssl = { ca: cert, checkServerIdentity: () => undefined };
  const store = openStore(server.url, { ssl, schema: newSchema() });
  store.watch(() => {});
  await commit(store, [put(request("r1"))]);
  const sessions = `SELECT application_name AS name, bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
    WHERE application_name LIKE 'countersign%' GROUP BY 1 ORDER BY 1`;
  await eventually(async () => (await query(server.url, sessions)).length === 2);
  expect(await query(server.url, sessions)).toEqual([
    { name: "countersign", ssl: true },
    { name: "countersign-listen", ssl: true },
  ]);
});
