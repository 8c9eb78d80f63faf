import { execFile, spawn, type ChildProcess } from "node:child_process";
import { hash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cp, readdir, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { binariesOf, type PostgresVersion } from "./binaries.ts";

export interface PostgresServerOptions {
  /** Default: the newest, 18. */
  readonly version?: PostgresVersion | undefined;
  /** Further settings of the server, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** A server of this process's own, on a free port of 127.0.0.1. */
export interface PostgresServer {
  readonly url: string;
  readonly port: number;
  /** kill -9: nothing is tidied up. Sessions end when they notice. */
  kill(): Promise<void>;
  /** After {@link kill}: the same data on the same port, recovered. */
  start(): Promise<void>;
  /** Ends the server and removes its data. Clients that are just leaving may do so; who stays a second longer is cut off. */
  stop(): Promise<void>;
}

const SUPERUSER = "postgres";
const PASSWORD = "postgres";
/** PostgreSQL refuses to be run by root, so nobody runs it then. */
const OWNER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** What is made once, beside whatever else a test run keeps. */
const CLUSTERS = resolve(import.meta.dirname, "../../../.vitest/clusters");
const PATIENCE = 30_000;
/** How long clients have to leave: `end()` of a pool answers before its connections are closed, and a cut one is an error. */
const FAREWELL = 1_000;

/**
 * Starts a server on an empty cluster. It survives kill -9 but not a power failure: nothing is waited for on the disk,
 * unless `settings` say `fsync: "on"`.
 */
export async function startPostgres({ version = 18, settings = {} }: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { postgres } = await binariesOf(version);
  const folder = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
  const data = join(folder, "data");
  chmodSync(folder, 0o755);
  give(folder);
  await copyCluster(await emptyCluster(version), data);

  const port = await freePort();
  const url = `postgresql://${SUPERUSER}:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const all = { fsync: "off", max_connections: "200", listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const args = ["-D", data, "-p", String(port), ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  let server: ChildProcess | undefined;
  const abandon = (): void => void server?.kill("SIGQUIT");
  process.on("exit", abandon);

  async function start(): Promise<void> {
    const until = Date.now() + PATIENCE;
    for (;;) {
      const log: string[] = [];
      const attempt = spawn(postgres, args, { ...OWNER, stdio: ["ignore", "ignore", "pipe"] });
      attempt.stderr.on("data", (chunk) => log.push(String(chunk)));
      server = attempt;
      if (await isReady(attempt, url)) return;
      // After a kill, the sessions of the server before may still be on their way out.
      if (Date.now() > until) throw new Error(`PostgreSQL ${version} did not start: ${log.join("").slice(-2_000)}`);
      await sleep(50);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill(signal);
    await ended;
  }

  await start();
  return {
    url,
    port,
    kill: () => end("SIGKILL"),
    start,
    async stop() {
      process.off("exit", abandon);
      const cutOff = setTimeout(() => void end("SIGINT"), FAREWELL);
      await end("SIGTERM");
      clearTimeout(cutOff);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * An empty cluster to be copied, made once for this machine: that takes longer than all the rest of a start. Another
 * package of PostgreSQL gets another one.
 */
async function emptyCluster(version: PostgresVersion): Promise<string> {
  const { initdb } = await binariesOf(version);
  const options = ["-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"];
  const kept = join(CLUSTERS, `${version}-${hash("sha256", JSON.stringify([initdb, options, PASSWORD])).slice(0, 16)}`);
  if (existsSync(kept)) return kept;
  // Whoever runs it may not write there, nor perhaps look.
  const folder = mkdtempSync(join(tmpdir(), "countersign-cluster-"));
  try {
    const [data, secret] = [join(folder, "data"), join(folder, "password")];
    writeFileSync(secret, PASSWORD);
    for (const path of [folder, secret]) give(path);
    await promisify(execFile)(initdb, ["-D", data, "--pwfile", secret, ...options], OWNER);
    const whole = `${kept}.${randomUUID()}`;
    mkdirSync(CLUSTERS, { recursive: true });
    await copyCluster(data, whole);
    // Another process may have been faster.
    await rename(whole, kept).catch(() => rm(whole, { recursive: true, force: true }));
    return kept;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By the machine's own program, which takes a third of the work. */
async function copyCluster(from: string, to: string): Promise<void> {
  if (process.platform === "win32") await cp(from, to, { recursive: true });
  else await promisify(execFile)("cp", ["-R", from, to]);
  chmodSync(to, 0o700);
  if (OWNER.uid === undefined) return;
  for (const entry of [to, ...(await readdir(to, { recursive: true })).map((name) => join(to, name))]) give(entry);
}

function give(path: string): void {
  if (OWNER.uid !== undefined) chownSync(path, OWNER.uid, OWNER.gid);
}

/** False: it ended instead. */
async function isReady(server: ChildProcess, url: string): Promise<boolean> {
  while (server.exitCode === null && server.signalCode === null) {
    if (await answers(url)) return true;
    await sleep(20);
  }
  return false;
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  // A server that is still recovering turns clients away.
  client.on("error", () => {});
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
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
