import { setImmediate } from "node:timers";
import type { Connection } from "./connection.ts";

type Ended = PromiseSettledResult<unknown>;

/** What was handed in and isn't answered yet. */
interface Waiting {
  readonly work: (connection: Connection) => unknown;
  readonly answer: (ended: Ended) => void;
}

/**
 * Writes that are handed in during one turn of the event loop share a transaction, and so one wait for the disk. Each
 * happens as a whole or not at all, whatever becomes of the others, and none is answered before the disk has all of them.
 */
export class Group {
  readonly #connection: Connection;
  readonly #written: () => void;
  #waiting: Waiting[] = [];

  /** `written`: called after each transaction that wrote something. */
  constructor(connection: Connection, written: () => void) {
    this.#connection = connection;
    this.#written = written;
  }

  /**
   * Answers what the work answers. The work may be done several times, of which the last counts: it waits for nothing, and
   * does nothing but write.
   * @throws what the work throws; STORE_UNAVAILABLE
   */
  write<T>(work: (connection: Connection) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const answer = (ended: Ended): void => (ended.status === "fulfilled" ? resolve(ended.value as T) : reject(ended.reason));
    if (this.#waiting.push({ work, answer }) === 1) setImmediate(() => void this.flush());
    return promise;
  }

  /** Writes what was handed in, now. */
  async flush(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    const ends = await this.#connection.together(
      group.map(
        ({ work }) =>
          () =>
            work(this.#connection),
      ),
    );
    if (ends.some(({ status }) => status === "fulfilled")) this.#written();
    for (const [index, ended] of ends.entries()) group[index]?.answer(ended);
  }
}
