import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CountersignError } from "@countersign/core/store";
import pg from "pg";
import { moment, ServerClock } from "./clock.ts";
import { isReadOnly, meaningOf, storeError, unavailable } from "./errors.ts";
import { refusalOf } from "./words.ts";

/** What pg makes of the columns that are asked for: bigints are text. */
export type Row = Readonly<Record<string, string | number | boolean | Buffer | null>>;

/** How long a server that can't be reached is waited for, in ms: long enough for a restart or a failover. */
const PATIENCE = 5_000;
const PAUSE_MIN = 20;
const PAUSE_MAX = 500;
/** A server that says nothing at all, in ms. */
const CONNECT_TIMEOUT = 5_000;
const QUERY_TIMEOUT = 30_000;

/** The connection broke after the statement was sent: nobody knows whether it was carried out. */
export class Unanswered extends Error {}

/** A pool of connections to one schema. */
export class Connection {
  readonly config: pg.PoolConfig;
  /** The schema's name, quoted, ready to stand in SQL. */
  readonly schema: string;
  readonly clock: ServerClock = new ServerClock();
  readonly #pool: pg.Pool;
  #open = true;
  /** Work that has begun. The pool outlives it: whoever waits for a connection of a pool that ends hears nothing for 5 s. */
  readonly #working = new Set<Promise<unknown>>();
  /** Statements by name save the server the parsing; some poolers can't have them. */
  #named = true;

  constructor(config: pg.PoolConfig, schema: string) {
    this.config = { connectionTimeoutMillis: CONNECT_TIMEOUT, query_timeout: QUERY_TIMEOUT, keepAlive: true, ...config };
    this.schema = `"${schema}"`;
    // A program that is done shall end, also when it forgot to close its store.
    this.#pool = new pg.Pool({ allowExitOnIdle: true, application_name: "countersign", ...this.config });
    // An idle connection that breaks is replaced when one is needed. One in use tells its statement, and beside that emits
    // an error that would end the process if nobody listened.
    this.#pool.on("error", () => {}).on("connect", (client) => client.on("error", () => this.clock.forget()));
  }

  /**
   * Asks something that may be asked twice. While the server can't be reached it is tried again.
   * @throws STORE_UNAVAILABLE
   */
  ask(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.persist(() => this.once(sql, values));
  }

  /**
   * A piece of work that may be begun again, until it is done or the patience is at its end.
   * @throws STORE_UNAVAILABLE
   */
  async persist<T>(work: () => Promise<T>): Promise<T> {
    const working = this.#persist(work);
    this.#working.add(working);
    try {
      return await working;
    } finally {
      this.#working.delete(working);
    }
  }

  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const until = performance.now() + PATIENCE;
    for (let pause = PAUSE_MIN; ; pause = Math.min(pause * 2, PAUSE_MAX)) {
      this.demandOpen();
      try {
        return await work();
      } catch (error) {
        const cause = error instanceof Unanswered ? error.cause : error;
        const meaning = meaningOf(cause);
        const helps = meaning === "lost" || meaning === "crossed" || meaning === "unprepared";
        if (!helps || performance.now() + pause > until) throw storeError(cause);
      }
      await sleep(pause);
    }
  }

  /**
   * One statement, one round trip, one transaction. A column `now` of its first row is the server's clock.
   * @throws Unanswered, and what the server or the network says
   */
  async once(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const client = await this.#connect();
    let broken: Error | undefined;
    try {
      const name = this.#named ? nameOf(sql) : undefined;
      const sent = moment();
      const { rows } = await client.query<Row>({ text: sql, values: [...values], ...(name ? { name } : {}) });
      const now = rows[0]?.["now"];
      if (typeof now === "number") this.clock.tell(now, sent);
      return rows;
    } catch (error) {
      const meaning = meaningOf(error);
      if (meaning === "unprepared") this.#named = false;
      // Whether a session may write was settled when it began: the next one may be another server's, or be allowed to.
      if (isReadOnly(error)) broken = new Error("It only reads.");
      if (meaning !== "lost") throw error;
      this.clock.forget();
      broken = new Unanswered("The connection broke.", { cause: error });
      throw broken;
    } finally {
      if (broken) streamOf(client).destroy();
      client.release(broken);
    }
  }

  /** Several statements in one transaction. */
  async transaction<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      const result = await work(client);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      broken = new Error("Rolled back by closing it.", { cause: error });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** @throws STORE_UNAVAILABLE (`closed`) after {@link close} */
  demandOpen(): void {
    if (!this.#open) throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, closed: true });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await Promise.allSettled(this.#working);
    await this.#pool.end();
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      this.demandOpen();
      // Whatever keeps a connection from being made and isn't known to pass (a certificate, a missing password) stays.
      throw meaningOf(error) ? error : unavailable(false, refusalOf(error), error);
    }
  }
}

/** What pg keeps to itself: to hang up on a server that doesn't answer, which its own `end` would wait for. */
export function streamOf(client: pg.ClientBase): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
}

const names = new Map<string, string>();

/** The same name for the same statement, whatever process prepares it: a pooler may give us another one's connection. */
function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  const name = `countersign_${createHash("sha256").update(sql).digest("hex").slice(0, 24)}`;
  names.set(sql, name);
  return name;
}
