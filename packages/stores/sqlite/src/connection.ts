import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { CountersignError } from "@countersign/core/store";
import { isBusy, storeError, unavailable } from "./errors.ts";
import { fileAt } from "./place.ts";

export type Row = Record<string, SQLOutputValue>;

/**
 * Values of the `?` in their order, or of all `:names`. There is no `?1`: before version 22.20 or 24.7, Node can't bind it
 * by its place.
 */
type Values = readonly SQLInputValue[] | readonly [Readonly<Record<string, SQLInputValue>>];

/** How long other writers are waited for unless somebody says otherwise, in ms. */
export const PATIENCE = 5_000;

/** One open file with its prepared statements. */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #patience: number;
  /** Empty: in memory. */
  readonly path: string;
  readonly #file: string | undefined;
  #open = true;

  /** `patience`: how long a lock of others is waited for, in ms. */
  constructor(database: DatabaseSync, patience: number = PATIENCE) {
    this.#database = database;
    this.#patience = patience;
    // Known to SQLite without a look at the disk.
    this.path = String(this.get("PRAGMA database_list")?.["file"] ?? "");
    this.#file = this.path === "" ? undefined : fileAt(this.path);
  }

  /**
   * Does a piece of work that either happens as a whole or not at all. While another process writes, it is tried again
   * without blocking the event loop.
   * @throws STORE_UNAVAILABLE
   */
  async answer<T>(work: () => T): Promise<T> {
    const until = performance.now() + this.#patience;
    for (let delay = 1; ; delay = Math.min(delay * 2, 50)) {
      try {
        this.demandOpen();
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() + delay > until) throw storeError(error, this.#place);
      }
      await sleep(delay * (0.5 + Math.random()));
    }
  }

  /** Alone from the first statement to the last. Whatever is thrown, nothing of it stays. */
  exclusively<T>(work: () => T): T {
    return this.#transaction("BEGIN IMMEDIATE", work);
  }

  /** Several reads of one moment: nobody's commit stands between them. */
  atOnce<T>(read: () => T): T {
    return this.#transaction("BEGIN", read);
  }

  #transaction<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: () => T): T {
    this.run(begin);
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      this.#takesBack("ROLLBACK");
      throw error;
    }
  }

  /**
   * Pieces of work in one transaction, each of which happens as a whole or not at all. What fails with the transaction fails
   * for all of them. Nothing else runs in between: nobody reads here what may still be taken back.
   */
  async together<T>(works: readonly (() => T)[]): Promise<readonly PromiseSettledResult<T>[]> {
    try {
      return await this.answer(() => {
        this.#demandFile();
        return this.exclusively(() => works.map((work) => (works.length === 1 ? done(work()) : this.#apart(work))));
      });
    } catch (error) {
      return works.map(() => failed(error));
    }
  }

  /** If this part of a transaction fails, it alone is taken back. @throws what it threw if the whole transaction went with it */
  #apart<T>(work: () => T): PromiseSettledResult<T> {
    this.run("SAVEPOINT part");
    const ended = this.#ended(work);
    this.run("RELEASE part");
    return ended;
  }

  #ended<T>(work: () => T): PromiseSettledResult<T> {
    try {
      return done(work());
    } catch (error) {
      if (!this.#takesBack("ROLLBACK TO part")) throw error;
      return failed(storeError(error, this.#place));
    }
  }

  all(sql: string, ...values: Values): Row[] {
    return this.#prepare(sql).all(...(values as SQLInputValue[]));
  }

  get(sql: string, ...values: Values): Row | undefined {
    return this.#prepare(sql).get(...(values as SQLInputValue[]));
  }

  /** Answers how many rows were changed. */
  run(sql: string, ...values: Values): number {
    return Number(this.#prepare(sql).run(...(values as SQLInputValue[])).changes);
  }

  /** @throws STORE_UNAVAILABLE (`closed`) after {@link close} */
  demandOpen(): void {
    if (!this.#open) throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, closed: true });
  }

  /**
   * A file that is open can be written after somebody has removed it, or put another one in its place: nobody else would ever
   * see that, and with the process it would be gone.
   * @throws STORE_UNAVAILABLE
   */
  #demandFile(): void {
    if (this.#file === undefined || fileAt(this.path) === this.#file) return;
    throw unavailable(
      false,
      `${this.path} was removed or replaced while this process had it open, so nothing is written to it any more. ` +
        "Put the file back, or start the process anew to go on with the one that is there",
    );
  }

  get #place(): string {
    return this.path || "the store in memory";
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** A full disk and the like have rolled back already: then there is nothing left to do, and the first error is the one to report. */
  #takesBack(sql: "ROLLBACK" | "ROLLBACK TO part"): boolean {
    try {
      this.run(sql);
      return true;
    } catch {
      return false;
    }
  }
}

const done = <T>(value: T): PromiseSettledResult<T> => ({ status: "fulfilled", value });
const failed = (reason: unknown): PromiseRejectedResult => ({ status: "rejected", reason });
