import { CountersignError, isCountersignError } from "@countersign/core/store";

/** Primary result codes of SQLite: the low byte of the extended ones. @see https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
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

export function isNotADatabase(error: unknown): boolean {
  return resultCode(error) === NOT_A_DATABASE;
}

/** What callers see: errors of SQLite and of the file system as STORE_UNAVAILABLE, any other as it is. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof Error) || isCountersignError(error)) return error;
  const isOutside = resultCode(error) !== undefined || "syscall" in error;
  return isOutside ? unavailable(isBusy(error), `${error.message}.`, error) : error;
}

export function unavailable(retryable: boolean, note: string, cause?: unknown): CountersignError<"STORE_UNAVAILABLE"> {
  return new CountersignError("STORE_UNAVAILABLE", { retryable }, cause === undefined ? { note } : { note, cause });
}
