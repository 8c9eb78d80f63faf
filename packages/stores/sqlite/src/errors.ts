import { CountersignError, isCountersignError } from "@countersign/core/store";
import { whyNot } from "./place.ts";

/** Primary result codes of SQLite: the low byte of the extended ones. @see https://sqlite.org/rescode.html */
const NO_PERMISSION = 3;
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANT_OPEN = 14;
const PROTOCOL = 15;
const NOT_A_DATABASE = 26;

function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** Another connection is in the way: nothing has happened, and trying again helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED || code === PROTOCOL;
}

export function isCantOpen(error: unknown): boolean {
  return resultCode(error) === CANT_OPEN;
}

/** Also what a look without a lock finds in a file that its WAL is being copied into, or was when a process died. */
export function isCorrupt(error: unknown): boolean {
  return resultCode(error) === CORRUPT;
}

export function isNotADatabase(error: unknown): boolean {
  return resultCode(error) === NOT_A_DATABASE;
}

/** What callers see: errors of SQLite and of the file system as STORE_UNAVAILABLE, any other as it is. `path`: of the store. */
export function storeError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || isCountersignError(error)) return error;
  const isOutside = resultCode(error) !== undefined || "syscall" in error;
  return isOutside ? unavailable(isBusy(error), wordsFor(error, path), error) : error;
}

/** What is wrong with the file, and what to do about it. */
function wordsFor(error: Error, path: string): string {
  if (isBusy(error)) return `another process has kept ${path} locked all the time`;
  const why = whyNot(path);
  if (why) return why;
  switch (resultCode(error)) {
    case NO_PERMISSION:
    case READ_ONLY:
    case CANT_OPEN:
      return `${path} can't be opened for writing (${error.message}). Look at its permissions, and at those of its folder`;
    case IO_ERROR:
      return `the disk failed while it read or wrote ${path} (${error.message}). Look at the disk, and at limits on the size of files`;
    case CORRUPT:
      return `${path} is damaged (${error.message}). Stop what writes to it, and restore a backup`;
    case FULL:
      return `there is no room for ${path} (${error.message}). Make room: what was committed before is kept`;
    default:
      return `${path}: ${error.message}`;
  }
}

export function unavailable(retryable: boolean, answered: string, cause?: unknown): CountersignError<"STORE_UNAVAILABLE"> {
  return new CountersignError("STORE_UNAVAILABLE", { retryable, answered }, cause === undefined ? {} : { cause });
}
