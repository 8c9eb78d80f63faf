import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from "node:fs";

/** What a transaction sees and does. What it puts and deletes itself it sees at once, a scan when it ends, as others do. */
export interface Transaction {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  delete(key: string): void;
  /** Values of the keys that begin so, in the order of their keys. */
  scan(prefix: string, options?: ScanOptions): Generator<unknown>;
  /** The keys themselves, for values that may be unreadable. */
  keys(prefix: string, options?: ScanOptions): Generator<string>;
}

interface ScanOptions {
  /** Only keys beyond this one, in the wanted direction. */
  readonly from?: string | undefined;
  readonly backwards?: boolean;
}

/** Null: nothing is there any more. */
type Entry = readonly [key: string, value: string | null];

/**
 * A key-value database in a file of JSON lines: one line for each transaction, on the disk before it counts. For one
 * process at a time. Stands here for whatever database you have.
 */
export class Kv {
  readonly #file: number;
  /** Text, not objects: so nothing is shared with anybody. */
  readonly #values = new Map<string, string>();
  /** Sorted. */
  readonly #keys: string[] = [];
  #size = 0;

  constructor(path: string) {
    this.#file = openSync(path, "a+");
    const text = readFileSync(this.#file, "utf8");
    // A line that a crash cut off was never acknowledged.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    this.#size = Buffer.byteLength(whole);
    ftruncateSync(this.#file, this.#size);
    for (const line of whole.split("\n").slice(0, -1)) this.#apply(JSON.parse(line) as Entry[]);
  }

  /** All or nothing: whatever `work` throws, nothing of it is kept. Nobody else comes in between, because nothing waits. */
  transaction<T>(work: (transaction: Transaction) => T): T {
    const puts = new Map<string, string | null>();
    const result = work({
      get: (key) => parsed(puts.has(key) ? puts.get(key) : this.#values.get(key)),
      put: (key, value) => void puts.set(key, JSON.stringify(value)),
      delete: (key) => void puts.set(key, null),
      scan: (prefix, options) => this.#scan(prefix, options),
      keys: (prefix, options) => this.#keysFrom(prefix, options),
    });
    if (puts.size > 0) this.#write([...puts]);
    return result;
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(puts: readonly Entry[]): void {
    const line = `${JSON.stringify(puts)}\n`;
    try {
      writeFileSync(this.#file, line);
      fsyncSync(this.#file);
    } catch (error) {
      ftruncateSync(this.#file, this.#size);
      throw error;
    }
    this.#size += Buffer.byteLength(line);
    this.#apply(puts);
  }

  #apply(puts: readonly Entry[]): void {
    for (const [key, value] of puts) {
      const isNew = !this.#values.has(key);
      if (value === null) {
        if (!isNew) this.#keys.splice(this.#place(key), 1);
        this.#values.delete(key);
      } else {
        if (isNew) this.#keys.splice(this.#place(key), 0, key);
        this.#values.set(key, value);
      }
    }
  }

  *#scan(prefix: string, options?: ScanOptions): Generator<unknown> {
    for (const key of this.#keysFrom(prefix, options)) yield parsed(this.#values.get(key));
  }

  *#keysFrom(prefix: string, { from, backwards = false }: ScanOptions = {}): Generator<string> {
    const step = backwards ? -1 : 1;
    // The last character that there is comes after every key with this prefix.
    const start = from ?? (backwards ? `${prefix}\uffff` : prefix);
    let place = this.#place(start);
    if (backwards) place--;
    else if (this.#keys[place] === from) place++;
    for (let key = this.#keys[place]; key?.startsWith(prefix); key = this.#keys[(place += step)]) yield key;
  }

  /** Where this key is, or would be. */
  #place(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function parsed(text: string | null | undefined): unknown {
  return text === null || text === undefined ? undefined : JSON.parse(text);
}
