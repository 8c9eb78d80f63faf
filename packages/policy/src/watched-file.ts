import { closeSync, fstatSync, openSync, readFileSync, stat, type BigIntStats } from "node:fs";
import { CountersignError, isCountersignError } from "@countersign/core";
import { LIMITS } from "./limits.ts";

/**
 * A file that is looked at again and again: that works for files that are replaced, for links of mounted configuration and
 * on network drives, where notifications get lost. What counts is whether it is the one that was read last, so nothing that
 * happens between two looks is missed.
 */
export class WatchedFile {
  readonly #file: string;
  readonly #shown: string;
  #read = "";
  #seen = "";
  #timer: NodeJS.Timeout | undefined;

  /** `shown` is the path as people know it. */
  constructor(file: string, shown: string) {
    this.#file = file;
    this.#shown = shown;
  }

  /** @throws POLICY_INVALID for what isn't a text of at most 1 MB */
  read(): string {
    let handle: number | undefined;
    this.#read = MISSING;
    try {
      handle = openSync(this.#file, "r");
      const found = fstatSync(handle, { bigint: true });
      // Before reading: what is written meanwhile makes it another file.
      this.#read = signatureOf(found);
      if (!found.isFile()) throw this.#refused("This is not a file. Give the path of a YAML or JSON file.");
      if (found.size > LIMITS.fileBytes) throw this.#refused(`The file has ${found.size} bytes. It may have ${LIMITS.fileBytes}.`);
      return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(handle));
    } catch (error) {
      if (isCountersignError(error)) throw error;
      throw this.#refused(error instanceof TypeError ? "Save the file as UTF-8." : wordsFor(error as NodeJS.ErrnoException));
    } finally {
      if (handle !== undefined) closeSync(handle);
    }
  }

  /** Calls back when the file is another one than was read last, and has stood still between two looks. */
  watch(every: number, changed: () => void): void {
    this.#timer = setInterval(() => {
      stat(this.#file, { bigint: true }, (error, found) => {
        if (!this.#timer) return;
        const now = error ? MISSING : signatureOf(found);
        const stands = now === this.#seen;
        this.#seen = now;
        if (stands && now !== this.#read) changed();
      });
    }, every).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #refused(note: string): CountersignError<"POLICY_INVALID"> {
    const place = { path: "policy", line: 1, column: 1 };
    return new CountersignError(
      "POLICY_INVALID",
      { ...place, problems: [{ message: note, ...place }] },
      { note: `${this.#shown}: ${note}` },
    );
  }
}

function wordsFor({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return "There is no such file.";
  return code === "EACCES" || code === "EPERM" ? "This process may not read the file." : `The file can't be read: ${message}.`;
}

const MISSING = "missing";

function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}
