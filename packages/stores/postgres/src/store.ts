import { CountersignError, didYouMean, type StorePort } from "@countersign/core/store";
import type { PoolConfig } from "pg";
import { commit, type CommitFunction } from "./commit.ts";
import { Connection } from "./connection.ts";
import { documentsIn } from "./documents.ts";
import { claimDue } from "./due.ts";
import { endOfEvents, listEvents } from "./events.ts";
import { countRequests, listRequests } from "./list.ts";
import { listThreads } from "./list-threads.ts";
import { openSchema } from "./migrate.ts";
import { closedThreads, getRequest, getThread, grantsFor, listGrants, requestsOfThread, requestsOfTurn } from "./reads.ts";
import { listSubjects } from "./subjects.ts";
import { readThread } from "./thread-read.ts";
import { Watchers } from "./watch.ts";

const OPTIONS = "Pass options: postgresStore({ connectionString: process.env.DATABASE_URL }).";
const NAMES = 'Name the schema with at most 48 letters, digits and _, and no digit first: postgresStore({ schema: "approvals" }).';

/** Options of {@link postgresStore}: those of a pool of `pg` (`connectionString`, `max`, `ssl`, …), and these. */
export interface PostgresStoreOptions extends PoolConfig {
  /** Where its tables are. Letters, digits and `_`, at most 48. Default `countersign`. */
  readonly schema?: string | undefined;
  /** Make the schema if it isn't there? Without it, calls on one that is missing throw SETUP with its name. Default true. */
  readonly create?: boolean | undefined;
  /** Told once each: that other processes' commits can't be heard, that the server doesn't wait for its disk. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * The store for more than one machine: a schema in a PostgreSQL database (14 or newer), shared by any number of processes.
 * Its tables are made and brought up to date by the first call, which takes a role that may do so; without that it opens
 * what is there.
 *
 * Deadlines and leases go by the database's clock. A server that can't be reached is waited for, up to 5 s. A commit whose
 * answer is lost is looked up: it is never guessed whether it happened.
 *
 * Calls throw STORE_UNAVAILABLE (`retryable` if it may pass by itself), STORE_INCOMPATIBLE for a schema of somebody else's
 * or of a version that this one can't work on.
 * @throws SETUP for a schema name that isn't one, and for a misspelt option
 * @example const store = postgresStore({ connectionString: process.env.DATABASE_URL })
 */
export function postgresStore(options: PostgresStoreOptions = {}): StorePort {
  if (typeof options !== "object" || options === null) throw new CountersignError("SETUP", { hint: OPTIONS });
  refuseMisspelt(options);
  const { schema = "countersign", create = true, warn, ...config } = options;
  if (!isText(config.connectionString)) throw new CountersignError("SETUP", { hint: OPTIONS });
  if (typeof schema !== "string" || !/^[A-Za-z_][A-Za-z0-9_]{0,47}$/.test(schema)) {
    throw new CountersignError("SETUP", { hint: NAMES });
  }
  const connection = new Connection(config, schema);
  // oxlint-disable-next-line no-console -- the one place where people look who have not passed a `warn`
  const tell = warn ?? ((message: string) => console.warn(`countersign: ${message}`));
  const watchers = new Watchers(connection, schema, tell);
  let opening: Promise<CommitFunction> | undefined;

  /** Once for all calls; after a failure the next call tries again. */
  function opened(): Promise<CommitFunction> {
    opening ??= openSchema(connection, { create, warn: tell }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function reading<T>(work: () => Promise<T>): Promise<T> {
    connection.demandOpen();
    await opened();
    return work();
  }

  async function close(): Promise<void> {
    await watchers.stop();
    await connection.close();
  }

  return {
    capabilities: { durable: true, shared: true, push: true },
    commit: async (batch) => {
      connection.demandOpen();
      const committed = await commit(connection, await opened(), batch);
      if (committed.ok) watchers.changed();
      return committed;
    },
    now: () =>
      reading(async () => {
        const told = connection.clock.now();
        if (told !== undefined) return told;
        const [row] = await connection.ask(`SELECT ${connection.schema}.now_ms() AS now`, []);
        return Number(row?.["now"]);
      }),
    getRequest: (tenant, id) => reading(() => getRequest(connection, tenant, id)),
    getThread: (tenant, id) => reading(() => getThread(connection, tenant, id)),
    readThread: (tenant, id) => reading(() => readThread(connection, tenant, id)),
    requestsOfThread: (tenant, threadId, after) => reading(() => requestsOfThread(connection, tenant, threadId, after)),
    requestsOfTurn: (tenant, threadId, turnId) => reading(() => requestsOfTurn(connection, tenant, threadId, turnId)),
    listRequests: (tenant, query) => reading(() => listRequests(connection, tenant, query)),
    countRequests: (tenant, query, cap) => reading(() => countRequests(connection, tenant, query, cap)),
    listThreads: (tenant, query) => reading(() => listThreads(connection, tenant, query)),
    grantsFor: (tenant, call) => reading(() => grantsFor(connection, tenant, call)),
    listGrants: (tenant, tool) => reading(() => listGrants(connection, tenant, tool)),
    listEvents: (tenant, after, limit, subject) => reading(() => listEvents(connection, tenant, after, limit, subject)),
    endOfEvents: (tenant) => reading(() => endOfEvents(connection, tenant)),
    listSubjects: (tenant, after, limit) => reading(() => listSubjects(connection, tenant, after, limit)),
    closedThreads: (tenant, before, limit) => reading(() => closedThreads(connection, tenant, before, limit)),
    claimDue: async (kind, options) => {
      const due = await reading(() => claimDue(connection, kind, options));
      if (kind === "thread" && due.length > 0) watchers.changed();
      return due;
    },
    documents: documentsIn({ connection, opened: reading, written: () => watchers.changed() }),
    watch: (listener) => watchers.add(listener),
    role: async () => {
      connection.demandOpen();
      const [row] = await connection.ask("SELECT session_user::text AS role", []);
      return String(row?.["role"]);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const OWN: readonly string[] = ["connectionString", "schema", "create", "warn"];

/** All else is for the pool, whatever it takes. But one that is nearly ours would be another schema, or another server. @throws SETUP */
function refuseMisspelt(options: object): void {
  const wrong = Object.keys(options).find((name) => !OWN.includes(name) && didYouMean(name, OWN) !== "");
  if (wrong !== undefined) throw new CountersignError("SETUP", { hint: `postgresStore has no option ${wrong}.${didYouMean(wrong, OWN)}` });
}

/** Undefined: the environment says where. */
function isText(value: unknown): boolean {
  return value === undefined || (typeof value === "string" && value !== "");
}
