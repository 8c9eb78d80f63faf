import { watch, type FSWatcher } from "node:fs";
import type { Connection } from "./connection.ts";

/** How often other connections' commits are looked for, in ms. */
const POLL_EVERY = 50;

/** Who wants to hear of changes, and from where they are heard. */
export class Watchers {
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #file: FSWatcher | undefined;
  #soon: NodeJS.Timeout | undefined;
  #seen: unknown;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The file is looked at only while somebody listens, and that keeps no process alive. */
  add(listener: () => void): () => void {
    this.#connection.demandOpen();
    // A wrapper of its own, so that the same function watching twice is heard and taken off twice.
    const watching = (): void => listener();
    this.#listeners.add(watching);
    if (!this.#timer) {
      this.#seen = this.#version();
      this.#timer = setInterval(() => this.#poll(), POLL_EVERY).unref();
      this.#file = this.#watchFile();
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
    clearTimeout(this.#soon);
    this.#file?.close();
    this.#timer = this.#soon = this.#file = undefined;
    this.#listeners.clear();
  }

  /** Every commit is written to the WAL first. Where the system can't tell that, there are the regular looks. */
  #watchFile(): FSWatcher | undefined {
    try {
      const { path } = this.#connection;
      if (path === "") return undefined;
      const watcher = watch(`${path}-wal`, { persistent: false }, () => this.#lookSoon(1));
      return watcher.on("error", () => watcher.close());
    } catch {
      return undefined;
    }
  }

  /** What was written counts when it has reached the disk: the first look may be too early. */
  #lookSoon(pause: number): void {
    clearTimeout(this.#soon);
    if (this.#poll() || pause >= POLL_EVERY) return;
    this.#soon = setTimeout(() => this.#lookSoon(pause * 2), pause).unref();
  }

  #poll(): boolean {
    const version = this.#version();
    if (version === this.#seen) return false;
    this.#seen = version;
    this.notify();
    return true;
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
