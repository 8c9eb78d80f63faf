import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { streamOf, type Connection } from "./connection.ts";

/** How often this process tells others of its commits at most, in ms: a NOTIFY makes commits wait for each other. */
const ANNOUNCE_EVERY = 5;
/** How long our own announcement may take to come back to us, in ms. */
const ECHO_WITHIN = 5_000;
/** How often that is tried, in ms: a connection that died without a word is found out by it. */
const ECHO_EVERY = 60_000;
const RECONNECT_MIN = 100;
const RECONNECT_MAX = 30_000;
/** How long a server may take to say goodbye, in ms. */
const GOODBYE = 500;
/** An announcement needn't survive a power failure, so it waits for no disk. */
const ANNOUNCE = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)";

/**
 * Who wants to hear of changes, and from where they are heard: this process's own commits at once, those of others by
 * LISTEN on a connection of its own, which is made when somebody first listens.
 */
export class Watchers {
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #warn: (message: string) => void;
  readonly #listeners = new Set<() => void>();
  /** Marks our own announcements: they need no second hearing, but they show that the others' would be heard. */
  readonly #self = randomUUID();
  #ear: pg.Client | undefined;
  #echo: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #announcing: Promise<void> | undefined;
  #again = false;
  #pause = RECONNECT_MIN;
  #warned = false;
  #stopped = false;

  constructor(connection: Connection, schema: string, warn: (message: string) => void) {
    this.#connection = connection;
    this.#channel = `countersign_${schema}`;
    this.#warn = warn;
  }

  add(listener: () => void): () => void {
    this.#connection.demandOpen();
    // A wrapper of its own, so that the same function watching twice is heard and taken off twice.
    const watching = (): void => listener();
    this.#listeners.add(watching);
    if (!this.#ear && !this.#timer) this.#listen();
    return () => void this.#listeners.delete(watching);
  }

  /** Tells everybody, here and elsewhere. Never within the commit itself: a listener may commit in turn. */
  changed(): void {
    this.#hear();
    this.#again = true;
    this.#announcing ??= this.#announce();
  }

  /** What others were to be told of is told before the end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#listeners.clear();
    clearTimeout(this.#timer);
    await this.#announcing;
    if (this.#ear) await hangUp(this.#ear);
  }

  #hear(): void {
    for (const listener of this.#listeners) queueMicrotask(() => this.#listeners.has(listener) && listener());
  }

  /** Many commits, one announcement. It is a hint: whoever misses it finds the work by sweeping. */
  async #announce(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#connection.once(ANNOUNCE, [this.#channel, this.#self]).catch(() => {});
      if (!this.#stopped) await sleep(ANNOUNCE_EVERY);
    }
    this.#announcing = undefined;
  }

  #listen(): void {
    const ear = new pg.Client({ application_name: "countersign-listen", ...this.#connection.config });
    this.#ear = ear;
    ear.on("error", () => this.#lose(ear)).on("end", () => this.#lose(ear));
    ear.on("notification", ({ payload }) => {
      if (payload === this.#self) this.#echo?.();
      else this.#hear();
    });
    this.#begin(ear).catch(() => this.#lose(ear));
  }

  async #begin(ear: pg.Client): Promise<void> {
    await ear.connect();
    // Whoever watches has timers of its own; hints alone keep no process alive.
    streamOf(ear).unref();
    await ear.query(`LISTEN "${this.#channel}"`);
    // Something may have happened while nobody listened.
    this.#hear();
    await this.#expectEcho(ear);
  }

  /** And makes another one, later and later while that fails. */
  #lose(ear: pg.Client): void {
    if (this.#ear !== ear || this.#stopped) return;
    this.#ear = undefined;
    void hangUp(ear);
    this.#after(this.#pause, () => this.#listen());
    this.#pause = Math.min(this.#pause * 2, RECONNECT_MAX);
  }

  /** A pooler that gives connections to others in between takes LISTEN without an error and drops what is to be heard. */
  async #expectEcho(ear: pg.Client): Promise<void> {
    const echo = new Promise<true>((resolve) => (this.#echo = () => resolve(true)));
    await this.#connection.once(ANNOUNCE, [this.#channel, this.#self]);
    const isHeard = await Promise.race([echo, sleep(ECHO_WITHIN, false, { ref: false })]);
    if (this.#stopped || this.#ear !== ear) return;
    if (!isHeard) {
      this.#warnOnce();
      throw new Error("not heard");
    }
    this.#pause = RECONNECT_MIN;
    this.#after(ECHO_EVERY, () => void this.#expectEcho(ear).catch(() => this.#lose(ear)));
  }

  #warnOnce(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#warn(
      "LISTEN hears nothing on this connection, as behind a pooler in transaction mode. Workers still find their work when they sweep, " +
        "every second by default. To wake them at once, connect to PostgreSQL itself or to a session pool.",
    );
  }

  #after(ms: number, work: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(work, ms).unref();
  }
}

/** Politely, but without waiting for a server that has fallen silent. */
async function hangUp(ear: pg.Client): Promise<void> {
  const timer = setTimeout(() => streamOf(ear).destroy(), GOODBYE);
  await ear.end().catch(() => {});
  clearTimeout(timer);
}
