import { stat } from "node:fs";
import { MISSING, readTextFile, signatureOf, type FoundFile } from "./file/text-file.ts";

/**
 * Files that are looked at again and again: that works for files that are replaced, for links of mounted configuration and
 * on network drives, where notifications get lost. What counts is whether each is the one that was read last, so nothing that
 * happens between two looks is missed.
 */
export class WatchedFiles {
  /** By path, as it was when it was read last. */
  #read = new Map<string, string>();
  /** By path, as it was when it was last looked at. */
  #seen = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  /** From now on, those are watched that are read from now on. */
  begin(): void {
    this.#read = new Map();
  }

  /** Reads a file, and watches it: also one that isn't there. */
  read(path: string): FoundFile {
    const found = readTextFile(path);
    this.#read.set(path, found.signature);
    return found;
  }

  /** Calls back when one of them is another one than was read last, and all have stood still between two looks. */
  watch(every: number, changed: () => void): void {
    this.#timer = setInterval(() => void this.#look(changed), every).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(changed: () => void): Promise<void> {
    const reading = this.#read;
    const now = new Map(await Promise.all([...reading.keys()].map(async (path) => [path, await look(path)] as const)));
    // Others may be watched by now.
    if (!this.#timer || reading !== this.#read) return;
    const stands = [...now].every(([path, signature]) => this.#seen.get(path) === signature);
    this.#seen = now;
    if (stands && [...now].some(([path, signature]) => reading.get(path) !== signature)) changed();
  }
}

function look(path: string): Promise<string> {
  return new Promise((resolve) => {
    stat(path, { bigint: true }, (error, found) => resolve(error ? MISSING : signatureOf(found)));
  });
}
