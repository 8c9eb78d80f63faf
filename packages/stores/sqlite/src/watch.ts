import type { Connection } from "./connection.ts";

/** How often other connections' commits are looked for, in ms. */
const POLL_EVERY = 50;

/** Who wants to hear of changes, and from where they are heard. */
export class Watchers {
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #seen: unknown;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The file is looked at only while somebody listens, and the timer keeps no process alive. */
  add(listener: () => void): () => void {
    this.#connection.demandOpen();
    // A wrapper of its own, so that the same function watching twice is heard and taken off twice.
    const watching = (): void => listener();
    this.#listeners.add(watching);
    if (!this.#timer) {
      this.#seen = this.#version();
      this.#timer = setInterval(() => this.#poll(), POLL_EVERY).unref();
    }
    return () => {
      this.#listeners.delete(watching);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  /** Never within the commit itself: a listener may commit in turn. */
  notify(): void {
    for (const listener of this.#listeners) queueMicrotask(() => this.#listeners.has(listener) && listener());
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
  }

  #poll(): void {
    const version = this.#version();
    if (version === this.#seen) return;
    this.#seen = version;
    this.notify();
  }

  /** Changes with every commit of another connection, not with our own. Unreadable right now: as before. */
  #version(): unknown {
    try {
      return this.#connection.get("PRAGMA data_version")?.["data_version"];
    } catch {
      return this.#seen;
    }
  }
}
